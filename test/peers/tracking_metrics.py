"""HOTA, CLEAR and Identity of the official TrackEval package on MOTChallenge files.

usage: tracking_metrics.py GT.txt FOUND.txt FRAMES   (frames count from 1; prints one JSON object)
"""
import contextlib, io, json, os, shutil, sys, tempfile
import numpy as np
import trackeval


def main(truth, found, frames):
    with tempfile.TemporaryDirectory() as root:
        os.makedirs(os.path.join(root, 'gt', 'seq', 'gt'))
        os.makedirs(os.path.join(root, 'trackers', 'ours', 'data'))
        shutil.copy(truth, os.path.join(root, 'gt', 'seq', 'gt', 'gt.txt'))
        shutil.copy(found, os.path.join(root, 'trackers', 'ours', 'data', 'seq.txt'))
        with contextlib.redirect_stdout(io.StringIO()):
            dataset = trackeval.datasets.MotChallenge2DBox({
                'GT_FOLDER': os.path.join(root, 'gt'), 'TRACKERS_FOLDER': os.path.join(root, 'trackers'),
                'BENCHMARK': 'MOT15', 'DO_PREPROC': False, 'SKIP_SPLIT_FOL': True, 'SEQ_INFO': {'seq': frames},
                'TRACKERS_TO_EVAL': ['ours'], 'PRINT_CONFIG': False})
            raw = dataset.get_raw_seq_data('ours', 'seq')
            data = dataset.get_preprocessed_seq_data(raw, 'pedestrian')
            result = {}
            for metric in (trackeval.metrics.HOTA(), trackeval.metrics.CLEAR({'PRINT_CONFIG': False}), trackeval.metrics.Identity({'PRINT_CONFIG': False})):
                result.update(metric.eval_sequence(data))
    print(json.dumps({key: np.asarray(value).tolist() for key, value in result.items()}))


main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
