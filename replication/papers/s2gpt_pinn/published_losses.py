"""Largest losses that the authors' repository prints, by number of neurons; facts of their code, marked as such.

`LOSSES[problem][method]` starts at the given first number of neurons. GPT-PINN's are those of the full grid with all
data, largest over the parameters that its search did not leave early. S²GPT-PINN's are the full grid's residual (with
the sum constraint where there is one), at the one parameter where the sparse loss ends largest. All but Helmholtz's
belong to the modified equations of that code, see `derivatives: as_published`.
"""

LOSSES: dict[str, dict[str, tuple[int, list[float]]]] = {
    "klein_gordon": {  # [code] kg_data of the notebooks
        "gpt_pinn": (
            1, [0.223, 0.0852, 0.0501, 0.0370, 0.0219, 0.0145, 6.23e-3, 4.31e-3, 2.69e-3, 1.36e-3, 1.11e-3, 9.9e-4],
        ),
        "s2gpt_pinn": (
            1, [0.681, 0.0930, 0.0450, 0.0917, 8.16e-3, 0.0285, 0.0221, 5.74e-3, 2.66e-3, 1.47e-3, 1.58e-3, 1.38e-3],
        ),
    },
    "burgers": {  # [code] b_data, from a viscosity of 0.036
        "gpt_pinn": (1, [0.344, 0.341, 0.211, 0.0703, 4.53e-3, 2.27e-3, 3.99e-4, 2.00e-4, 4.29e-5, 5.48e-5]),
        "s2gpt_pinn": (1, [0.922, 0.456, 0.586, 0.0731, 0.0171, 1.03e-3, 1.18e-3, 1.04e-4, 8.86e-5, 5.47e-5]),
    },
    "burgers_full_range": {  # [code] first run of the notebook's loop
        "s2gpt_pinn": (1, [0.94, 0.66, 4.6, 2.6, 0.41, 0.18, 0.030, 5.8e-3, 5.6e-3, 8.3e-3]),
    },
    "allen_cahn_periodic": {  # [code]; of S²GPT-PINN only the sparse loss is known
        "gpt_pinn": (1, [0.471, 0.112, 0.0287, 0.0168, 0.0141, 0.0112, 0.0105, 0.0103, 7.9e-3, 6.1e-3, 5.9e-3, 5.7e-3]),
    },
    "helmholtz": {  # [code] gpt_loss_list.dat, to 24 neurons; S²GPT-PINN read off the paper's figure
        "gpt_pinn": (
            1, [1846, 1089, 589, 426, 201, 191, 123, 72.4, 50.2, 39.0, 14.1, 10.8, 9.16, 8.32, 5.39, 2.29, 0.899, 0.644,
                0.532, 0.378, 0.292, 0.253, 0.200, 0.145],
        ),
        "s2gpt_pinn": (
            2, [2000, 1500, 320, 750, 240, 90, 95, 75, 47, 48, 7, 18, 12, 7, 1.0, 1.4, 3.1, 0.6, 0.78, 0.74, 0.18, 0.13,
                0.05],
        ),
    },
}  # fmt: skip
