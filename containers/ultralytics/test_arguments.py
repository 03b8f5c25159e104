"""What the image makes of hyperparameters; needs neither the library nor a network: python3 -m unittest discover containers/ultralytics"""
import unittest

from arguments import HyperparameterError, library_arguments, read_hyperparameters


def arguments(**given):
    return library_arguments(read_hyperparameters(given))


class Arguments(unittest.TestCase):
    def test_nothing_given_names_only_what_the_image_decides(self):
        self.assertEqual(
            arguments(), {"epochs": 20, "batch": 8, "imgsz": 320, "seed": 0, "patience": 20, "plots": False}
        )

    def test_names_and_words_are_translated(self):
        made = arguments(hflip="0.5", vflip="0", scale_jitter="0.4", schedule="cosine", optimizer="sgd", lr0="0.01", momentum="0.9")
        self.assertEqual(made["fliplr"], 0.5)
        self.assertEqual(made["flipud"], 0)
        self.assertEqual(made["scale"], 0.4)
        self.assertIs(made["cos_lr"], True)
        self.assertEqual((made["optimizer"], made["lr0"], made["momentum"]), ("SGD", 0.01, 0.9))

    def test_a_rate_of_ones_own_needs_an_optimiser_and_zero_leaves_it_to_the_library(self):
        self.assertEqual(arguments(lr0="0.002")["optimizer"], "AdamW")
        self.assertNotIn("lr0", arguments(lr0="0"))
        self.assertNotIn("optimizer", arguments(lr0="0"))

    def test_accumulation_is_the_nominal_batch(self):
        self.assertEqual(arguments(batch="4", accumulate="8")["nbs"], 32)
        self.assertNotIn("nbs", arguments(batch="4"))

    def test_patience_zero_never_stops(self):
        self.assertEqual(arguments(epochs="7")["patience"], 7)
        self.assertEqual(arguments(epochs="7", patience="3")["patience"], 3)

    def test_the_platforms_own_and_neutral_values_ask_for_nothing(self):
        self.assertEqual(
            arguments(sagemaker_program="x.py", _tuning_objective_metric="val_map50", rotate90="0", threads="0"), arguments()
        )

    def test_everything_wrong_is_named_at_once(self):
        with self.assertRaises(HyperparameterError) as caught:
            read_hyperparameters(
                {"epoch": "3", "epochs": "2.5", "batch": "0", "accumulate": "x", "lr0": "-1", "imgsz": "100", "rotate90": "0.5", "optimizer": "adam", "weights": "base"}
            )
        text = str(caught.exception)
        for part in (
            'unknown hyperparameter "epoch"',
            'epochs="2.5" is not a whole number of at least 1',
            'batch="0" is not a whole number of at least 1',
            'accumulate="x" is not a whole number',
            'lr0="-1" is not a number of at least 0',
            'imgsz="100" is not a whole number of at least 32, a multiple of 32',
            'rotate90="0.5" cannot be had with this image: the library turns',
            'optimizer="adam" is not one of sgd, adamw',
            'weights="base" cannot be had with this image',
        ):
            self.assertIn(part, text)

    def test_json_values_as_some_clients_send_them(self):
        self.assertEqual(arguments(epochs=3)["epochs"], 3)


if __name__ == "__main__":
    unittest.main()
