"""What is measured of finished arms: one file a measurement, each giving rows of the long table."""
