#include "data/cifar_layout.h"

namespace norma {

const CifarLayout& cifar10_layout() {
  static const CifarLayout layout = {
      .name = "cifar10",
      .title = "CIFAR-10",
      .folder = "cifar-10-batches-bin",
      .archive = "cifar-10-binary.tar",
      .files = {{"data_batch_1.bin", 10000, false},
                {"data_batch_2.bin", 10000, false},
                {"data_batch_3.bin", 10000, false},
                {"data_batch_4.bin", 10000, false},
                {"data_batch_5.bin", 10000, false},
                {"test_batch.bin", 10000, true}},
      .labels = {{"label",
                  {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"},
                  "batches.meta.txt"}},
      .telling_files = 1};
  return layout;
}

const CifarLayout& cifar100_layout() {
  static const CifarLayout layout = {
      .name = "cifar100",
      .title = "CIFAR-100",
      .folder = "cifar-100-binary",
      .archive = "cifar-100-binary.tar",
      .files = {{"train.bin", 50000, false}, {"test.bin", 10000, true}},
      .labels = {{"coarse label",
                  {"aquatic_mammals",
                   "fish",
                   "flowers",
                   "food_containers",
                   "fruit_and_vegetables",
                   "household_electrical_devices",
                   "household_furniture",
                   "insects",
                   "large_carnivores",
                   "large_man-made_outdoor_things",
                   "large_natural_outdoor_scenes",
                   "large_omnivores_and_herbivores",
                   "medium_mammals",
                   "non-insect_invertebrates",
                   "people",
                   "reptiles",
                   "small_mammals",
                   "trees",
                   "vehicles_1",
                   "vehicles_2"},
                  "coarse_label_names.txt"},
                 {"fine label",
                  {"apple",       "aquarium_fish", "baby",      "bear",       "beaver",       "bed",
                   "bee",         "beetle",        "bicycle",   "bottle",     "bowl",         "boy",
                   "bridge",      "bus",           "butterfly", "camel",      "can",          "castle",
                   "caterpillar", "cattle",        "chair",     "chimpanzee", "clock",        "cloud",
                   "cockroach",   "couch",         "crab",      "crocodile",  "cup",          "dinosaur",
                   "dolphin",     "elephant",      "flatfish",  "forest",     "fox",          "girl",
                   "hamster",     "house",         "kangaroo",  "keyboard",   "lamp",         "lawn_mower",
                   "leopard",     "lion",          "lizard",    "lobster",    "man",          "maple_tree",
                   "motorcycle",  "mountain",      "mouse",     "mushroom",   "oak_tree",     "orange",
                   "orchid",      "otter",         "palm_tree", "pear",       "pickup_truck", "pine_tree",
                   "plain",       "plate",         "poppy",     "porcupine",  "possum",       "rabbit",
                   "raccoon",     "ray",           "road",      "rocket",     "rose",         "sea",
                   "seal",        "shark",         "shrew",     "skunk",      "skyscraper",   "snail",
                   "snake",       "spider",        "squirrel",  "streetcar",  "sunflower",    "sweet_pepper",
                   "table",       "tank",          "telephone", "television", "tiger",        "tractor",
                   "train",       "trout",         "tulip",     "turtle",     "wardrobe",     "whale",
                   "willow_tree", "wolf",          "woman",     "worm"},
                  "fine_label_names.txt"}},
      .telling_files = 2};
  return layout;
}

}  // namespace norma
