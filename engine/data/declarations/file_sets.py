"""The data sets that are read from files in their own format; the files come from a folder, or from the net on request.

Sizes and MD5 are those their makers publish.
"""

from __future__ import annotations

from engine.data.dataset import Dataset, Field, File

MNIST = ("https://storage.googleapis.com/cvdf-datasets/mnist/", "https://ossci-datasets.s3.amazonaws.com/mnist/")
FASHION = (
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
)
CIFAR = ("https://www.cs.toronto.edu/~kriz/",)
PARTS = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
IDX = tuple(f"{part}-ubyte.gz" for part in PARTS)
COARSE = (
    *("aquatic mammals", "fish", "flowers", "food containers", "fruit and vegetables", "household electrical devices"),
    *("household furniture", "insects", "large carnivores", "large man-made outdoor things"),
    *("large natural outdoor scenes", "large omnivores and herbivores", "medium-sized mammals"),
    *("non-insect invertebrates", "people", "reptiles", "small mammals", "trees", "vehicles 1", "vehicles 2"),
)
THINGS = (
    "apple,aquarium fish,baby,bear,beaver,bed,bee,beetle,bicycle,bottle,bowl,boy,bridge,bus,"
    "butterfly,camel,can,castle,caterpillar,cattle,chair,chimpanzee,clock,cloud,cockroach,couch,crab,"
    "crocodile,cup,dinosaur,dolphin,elephant,flatfish,forest,fox,girl,hamster,house,kangaroo,"
    "keyboard,lamp,lawn mower,leopard,lion,lizard,lobster,man,maple tree,motorcycle,mountain,mouse,"
    "mushroom,oak tree,orange,orchid,otter,palm tree,pear,pickup truck,pine tree,plain,plate,poppy,"
    "porcupine,possum,rabbit,raccoon,ray,road,rocket,rose,sea,seal,shark,shrew,skunk,skyscraper,"
    "snail,snake,spider,squirrel,streetcar,sunflower,sweet pepper,table,tank,telephone,television,"
    "tiger,tractor,train,trout,tulip,turtle,wardrobe,whale,willow tree,wolf,woman,worm"
)
FINE = tuple(THINGS.split(","))


def _label(*names: str) -> Field:
    return Field((), "int64", "target", names)


def _files(mirrors: tuple[str, ...], sizes: tuple[int, ...], sums: tuple[str, ...]) -> tuple[File, ...]:
    return tuple(File(name, size, md5, mirrors) for name, size, md5 in zip(IDX, sizes, sums, strict=True))


DATASETS = (
    Dataset(
        "mnist",
        "MNIST",
        "Grey images of 28 × 28 pixels, values 0 to 255: which digit did the person write?",
        "LeCun, Cortes and Burges (1998), The MNIST Database of Handwritten Digits",
        "classification",
        70_000,
        {"image": Field((1, 28, 28), bounds=(0, 255)), "label": _label(*"0123456789")},
        loader="engine.data.files.idx",
        kind="image",
        licence="Creative Commons Attribution-Share Alike 3.0",
        parting="official",
        test=10_000,
        files=_files(
            MNIST,
            (9_912_422, 28_881, 1_648_877, 4_542),
            (
                "f68b3c2dcbeaaa9fbdd348bbdeb94873",
                "d53e105ee54ea40749a09fcbcd1e9432",
                "9fb629c4189551a2d022fa330f9573f3",
                "ec29112dd5afa0611ce80d1b7f02629c",
            ),
        ),
    ),
    Dataset(
        "fashion_mnist",
        "Fashion-MNIST",
        "Grey images of 28 × 28 pixels, values 0 to 255: which piece of clothing is it?",
        "Xiao, Rasul and Vollgraf (2017), Fashion-MNIST, Zalando Research",
        "classification",
        70_000,
        {
            "image": Field((1, 28, 28), bounds=(0, 255)),
            "label": _label(
                *("T-shirt", "trousers", "pullover", "dress", "coat"),
                *("sandal", "shirt", "trainer", "bag", "ankle boot"),
            ),
        },
        loader="engine.data.files.idx",
        kind="image",
        licence="MIT",
        parting="official",
        test=10_000,
        files=_files(
            FASHION,
            (26_421_880, 29_515, 4_422_102, 5_148),
            (
                "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
                "25c81989df183df01b3e8a0aad5dffbe",
                "bef4ecab320f06d8554ea6380940ec79",
                "bb300cfdad3c16e7a12a480ee83cd310",
            ),
        ),
    ),
    Dataset(
        "cifar_10",
        "CIFAR-10",
        "Colour photos of 32 × 32 pixels, values 0 to 255: which of ten things do they show?",
        "Krizhevsky (2009), Learning Multiple Layers of Features from Tiny Images",
        "classification",
        60_000,
        {
            "image": Field((3, 32, 32), bounds=(0, 255)),
            "label": _label(
                *("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
            ),
        },
        {"labels": ("label",), "inside": "cifar-10-batches-bin", "test": "test_batch.bin",
         "train": tuple(f"data_batch_{number}.bin" for number in range(1, 6))},
        loader="engine.data.files.cifar",
        kind="image",
        licence="none stated; its makers ask to be cited",
        parting="official",
        test=10_000,
        files=(File("cifar-10-binary.tar.gz", 170_052_171, "c32a1d4ab5d03f1284b67883e8d87530", CIFAR),),
    ),
    Dataset(
        "cifar_100",
        "CIFAR-100",
        "Colour photos of 32 × 32 pixels, values 0 to 255: which of a hundred things, of which of twenty kinds?",
        "Krizhevsky (2009), Learning Multiple Layers of Features from Tiny Images",
        "classification",
        60_000,
        {"image": Field((3, 32, 32), bounds=(0, 255)), "label": _label(*FINE), "coarse": _label(*COARSE)},
        {"labels": ("coarse", "label"), "inside": "cifar-100-binary", "test": "test.bin", "train": ("train.bin",)},
        loader="engine.data.files.cifar",
        kind="image",
        licence="none stated; its makers ask to be cited",
        parting="official",
        test=10_000,
        files=(File("cifar-100-binary.tar.gz", 168_513_733, "03b5dce01913d631647c71ecec9e9cb8", CIFAR),),
    ),
)  # fmt: skip
