"""Average precision and recall of the official pycocotools on COCO files.

usage: detection_metrics.py GT.json RESULTS.json   (prints one JSON object; null where a class has no object)
"""
import contextlib, io, json, sys
import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval


def mean(values):
    values = values[values > -1]
    return float(np.mean(values)) if values.size else None


with contextlib.redirect_stdout(io.StringIO()):
    truth = COCO(sys.argv[1])
    evaluation = COCOeval(truth, truth.loadRes(sys.argv[2]), 'bbox')
    evaluation.evaluate()
    evaluation.accumulate()
precision = evaluation.eval['precision'][:, :, :, 0, 2]  # overlap, recall point, class
recall = evaluation.eval['recall'][:, :, 0, 2]
print(json.dumps({
    'map': mean(precision), 'map50': mean(precision[0]), 'map75': mean(precision[5]), 'recall': mean(recall),
    'perClass': {truth.cats[c]['name']: {'ap': mean(precision[:, :, k]), 'ap50': mean(precision[0, :, k]), 'recall': mean(recall[:, k]), 'recall50': mean(recall[0, k])}
                 for k, c in enumerate(evaluation.params.catIds)}}))
