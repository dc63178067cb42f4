/** The 80 classes of COCO in the order in which detectors number them (0 = person). Source: https://cocodataset.org */
export const coco80: readonly string[] = (
  'person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant,stop sign,parking meter,bench,bird,cat,dog,horse,sheep,cow,' +
  'elephant,bear,zebra,giraffe,backpack,umbrella,handbag,tie,suitcase,frisbee,skis,snowboard,sports ball,kite,baseball bat,baseball glove,skateboard,' +
  'surfboard,tennis racket,bottle,wine glass,cup,fork,knife,spoon,bowl,banana,apple,sandwich,orange,broccoli,carrot,hot dog,pizza,donut,cake,chair,couch,' +
  'potted plant,bed,dining table,toilet,tv,laptop,mouse,remote,keyboard,cell phone,microwave,oven,toaster,sink,refrigerator,book,clock,vase,scissors,' +
  'teddy bear,hair drier,toothbrush'
).split(',');

/** COCO as some models number it, by the original identifiers 0..90, which leave gaps. */
export const coco91: readonly string[] = ((): string[] => {
  const missing = new Set([0, 12, 26, 29, 30, 45, 66, 68, 69, 71, 83]);
  let next = 0;
  return Array.from({ length: 91 }, (_, id) => (missing.has(id) ? '' : coco80[next++]!));
})();
