"""The data sets that come along with scikit-learn: real, small, and there without a network."""

from __future__ import annotations

from engine.data.dataset import Dataset, Field

BSD = "comes with scikit-learn (BSD 3-clause)"
DIGITS = "Alpaydin and Kaynak (1998), Optical Recognition of Handwritten Digits, UCI (its test part)"


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
        {"features": Field((4,), bounds=(0.1, 7.9)), "label": _labels("setosa", "versicolor", "virginica")},
        licence=BSD,
    ),
    Dataset(
        "wine",
        "Wines",
        "Thirteen chemical measurements: which of three growers made the wine?",
        "Forina and others (1991), PARVUS; Wine recognition data, UCI",
        "classification",
        178,
        {"features": Field((13,), bounds=(0.13, 1680)), "label": _labels("grower 1", "grower 2", "grower 3")},
        licence=BSD,
    ),
    Dataset(
        "breast_cancer",
        "Breast cancer",
        "Thirty measurements of cell nuclei in a breast mass: is it malignant or benign?",
        "Street, Wolberg and Mangasarian (1993), Wisconsin Diagnostic Breast Cancer, UCI",
        "classification",
        569,
        {"features": Field((30,), bounds=(0, 4254)), "label": _labels("malignant", "benign")},
        licence=BSD,
    ),
    Dataset(
        "diabetes",
        "Diabetes",
        "Age, sex, weight, blood pressure and six serum values: how far has the illness gone a year later (25 to 346)?",
        "Efron, Hastie, Johnstone and Tibshirani (2004), Least Angle Regression",
        "regression",
        442,
        {"features": Field((10,), bounds=(1, 301)), "target": Field((1,), role="target", bounds=(25, 346))},
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
