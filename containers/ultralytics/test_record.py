"""Rows of an epoch, by hand."""
import unittest

from record import COLUMNS, metric_line, results_csv, row_of

METRICS = {"metrics/mAP50(B)": 0.5, "metrics/mAP50-95(B)": 0.25, "metrics/recall(B)": 0.9}


class Record(unittest.TestCase):
    def setUp(self):
        self.row = row_of(3, (1.5, 2.25, 0.25), METRICS, 0.001, 12.3456, 61.04)

    def test_a_line_for_the_platforms_regexes(self):
        self.assertEqual(
            metric_line(self.row),
            "epoch=3 train_loss=4.0 box_loss=1.5 cls_loss=2.25 dfl_loss=0.25 val_map50=0.5 val_map50_95=0.25 "
            "learning_rate=0.001 images_per_second=12.35 seconds=61.0 boxes_left_out=0",
        )

    def test_a_table_in_which_what_is_unknown_is_empty(self):
        self.assertEqual(results_csv([self.row]).splitlines(), [",".join(COLUMNS), "3,4.0,1.5,2.25,0.25,0.5,0.25,0.001,12.35,61.0,0,"])


if __name__ == "__main__":
    unittest.main()
