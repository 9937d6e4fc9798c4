"""The door for methods of others: a rule file that declares what it competes in, and whatever program stands behind."""
