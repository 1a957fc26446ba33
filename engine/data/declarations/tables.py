"""The data sets that come along with scikit-learn: real, small, and there without a network."""

from __future__ import annotations

from engine.data.dataset import Dataset, Field

BSD = "comes with scikit-learn (BSD 3-clause)"
DIGITS = "Alpaydin and Kaynak (1998), Optical Recognition of Handwritten Digits, UCI (its test part)"


IRIS = ((4.3, 7.9), (2, 4.4), (1, 6.9), (0.1, 2.5))
WINE = (
    (11.03, 14.83),
    (0.74, 5.8),
    (1.36, 3.23),
    (10.6, 30),
    (70, 162),
    (0.98, 3.88),
    (0.34, 5.08),
    (0.13, 0.66),
    (0.41, 3.58),
    (1.28, 13),
    (0.48, 1.71),
    (1.27, 4),
    (278, 1680),
)
CANCER = (
    (6.981, 28.11),
    (9.71, 39.28),
    (43.79, 188.5),
    (143.5, 2501),
    (0.0526, 0.1635),
    (0.0193, 0.3455),
    (0, 0.4268),
    (0, 0.2012),
    (0.106, 0.304),
    (0.0499, 0.0975),
    (0.1115, 2.873),
    (0.3602, 4.885),
    (0.757, 21.98),
    (6.802, 542.2),
    (0.0017, 0.0312),
    (0.0022, 0.1354),
    (0, 0.396),
    (0, 0.0528),
    (0.0078, 0.079),
    (0.0008, 0.0299),
    (7.93, 36.04),
    (12.02, 49.54),
    (50.41, 251.2),
    (185.2, 4254),
    (0.0711, 0.2226),
    (0.0272, 1.058),
    (0, 1.252),
    (0, 0.291),
    (0.1565, 0.6638),
    (0.055, 0.2076),
)
DIABETES = (
    (19, 79), (1, 2), (18, 42.2), (62, 133), (97, 301), (41.6, 242.4), (22, 99), (2, 9.09), (3.25, 6.11), (58, 124),
)  # fmt: skip
"""The least and the greatest number of each column."""


def _labels(*names: str) -> Field:
    return Field((), "int64", "target", names)


DATASETS = (
    Dataset(
        "digits",
        "Handwritten digits",
        "Grey images of 8 × 8 pixels, values 0 to 16: which digit did the person write?",
        DIGITS,
        "classification",
        1797,
        {"image": Field((1, 8, 8), bounds=(0, 16)), "label": _labels(*"0123456789")},
        kind="image",
        licence=BSD,
    ),
    Dataset(
        "iris",
        "Iris flowers",
        "Length and width of sepals and petals in cm: which of three species is it?",
        "Fisher (1936), The Use of Multiple Measurements in Taxonomic Problems",
        "classification",
        150,
        {
            "features": Field((4,), bounds=(0.1, 7.9), column_bounds=IRIS),
            "label": _labels("setosa", "versicolor", "virginica"),
        },
        licence=BSD,
    ),
    Dataset(
        "wine",
        "Wines",
        "Thirteen chemical measurements: which of three growers made the wine?",
        "Forina and others (1991), PARVUS; Wine recognition data, UCI",
        "classification",
        178,
        {
            "features": Field((13,), bounds=(0.13, 1680), column_bounds=WINE),
            "label": _labels("grower 1", "grower 2", "grower 3"),
        },
        licence=BSD,
    ),
    Dataset(
        "breast_cancer",
        "Breast cancer",
        "Thirty measurements of cell nuclei in a breast mass: is it malignant or benign?",
        "Street, Wolberg and Mangasarian (1993), Wisconsin Diagnostic Breast Cancer, UCI",
        "classification",
        569,
        {"features": Field((30,), bounds=(0, 4254), column_bounds=CANCER), "label": _labels("malignant", "benign")},
        licence=BSD,
    ),
    Dataset(
        "diabetes",
        "Diabetes",
        "Age, sex, weight, blood pressure and six serum values: how far has the illness gone a year later (25 to 346)?",
        "Efron, Hastie, Johnstone and Tibshirani (2004), Least Angle Regression",
        "regression",
        442,
        {
            "features": Field((10,), bounds=(1, 301), column_bounds=DIABETES),
            "target": Field((1,), role="target", bounds=(25, 346)),
        },
        {"scaled": False},
        licence=BSD,
    ),
    Dataset(
        "digit_rows",
        "Digits, row by row",
        "The handwritten digits as a sequence of eight rows with eight values each, from the top: which digit is it?",
        DIGITS,
        "classification",
        1797,
        {"rows": Field((8, 8), bounds=(0, 16)), "label": _labels(*"0123456789")},
        loader="engine.data.generated.rows",
        kind="sequence",
        licence=BSD,
    ),
)
