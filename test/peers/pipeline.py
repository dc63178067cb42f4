"""The common Python stack on one clip: OpenCV decode, letterbox, ONNX Runtime, NMS, supervision's ByteTrack and zones.

Prints one JSON line: {"frames", "seconds", "cpuSeconds", "detections": [[frame, x, y, w, h, score, class], ...]} with boxes in pixels of the source.
Run by `sightline bench pipeline` in a venv with requirements.txt, pinned to the same core as everything it is compared with.
"""
import json
import sys
import time

import cv2
import numpy as np
import onnxruntime as ort
import supervision as sv

clip, model, side, limit, want_detections = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5] == "detections"

options = ort.SessionOptions()
options.intra_op_num_threads = 1
options.inter_op_num_threads = 1
session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
cv2.setNumThreads(1)

grids, strides = [], []
for stride in (8, 16, 32):
    n = side // stride
    ys, xs = np.meshgrid(np.arange(n), np.arange(n), indexing="ij")
    grids.append(np.stack((xs, ys), 2).reshape(-1, 2))
    strides.append(np.full((n * n, 1), stride))
grid = np.concatenate(grids).astype(np.float32)
stride = np.concatenate(strides).astype(np.float32)


def detect(frame):
    height, width = frame.shape[:2]
    scale = min(side / height, side / width)
    padded = np.full((side, side, 3), 114, np.uint8)
    resized = cv2.resize(frame, (int(width * scale), int(height * scale)), interpolation=cv2.INTER_LINEAR)
    padded[: resized.shape[0], : resized.shape[1]] = resized
    blob = np.ascontiguousarray(padded.transpose(2, 0, 1)[None], dtype=np.float32)
    output = session.run(None, {"images": blob})[0][0]
    scores = output[:, 4:5] * output[:, 5:]
    best = scores.argmax(1)
    confidence = scores[np.arange(len(best)), best]
    keep = confidence > 0.1
    centre = (output[keep, :2] + grid[keep]) * stride[keep]
    size = np.exp(output[keep, 2:4]) * stride[keep]
    boxes = np.concatenate((centre - size / 2, centre + size / 2), 1) / scale
    detections = sv.Detections(xyxy=boxes, confidence=confidence[keep], class_id=best[keep])
    return detections.with_nms(threshold=0.45)


capture = cv2.VideoCapture(clip)
ok, frame = capture.read()
height, width = frame.shape[:2]
tracker = sv.ByteTrack(frame_rate=int(round(capture.get(cv2.CAP_PROP_FPS))))
polygon = np.array([[0.2 * width, 0.3 * height], [0.8 * width, 0.3 * height], [0.8 * width, 0.9 * height], [0.2 * width, 0.9 * height]], np.int32)
zone = sv.PolygonZone(polygon=polygon, triggering_anchors=[sv.Position.BOTTOM_CENTER])
line = sv.LineZone(start=sv.Point(0, height * 0.6), end=sv.Point(width, height * 0.6), triggering_anchors=[sv.Position.BOTTOM_CENTER])
detect(frame)

found = []
frames = 0
began = time.perf_counter()
cpu_began = time.process_time()
while ok and frames < limit:
    detections = detect(frame)
    if want_detections:
        for (x0, y0, x1, y1), score, cls in zip(detections.xyxy, detections.confidence, detections.class_id):
            found.append([frames + 1, float(x0), float(y0), float(x1 - x0), float(y1 - y0), float(score), int(cls)])
    tracked = tracker.update_with_detections(detections)
    zone.trigger(tracked)
    line.trigger(tracked)
    frames += 1
    ok, frame = capture.read()
seconds = time.perf_counter() - began
cpu_seconds = time.process_time() - cpu_began
print(json.dumps({"frames": frames, "seconds": seconds, "cpuSeconds": cpu_seconds, "detections": found}))
