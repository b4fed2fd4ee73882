/** What label files and folders may be, for messages. */
export const KNOWN_FORMS =
  "a CSV with the columns path,label[,split], COCO JSON (images, annotations, categories), Label Studio's JSON or JSON-MIN, CVAT's XML for images, a YOLO folder " +
  "(data.yaml or classes.txt), or a folder with a sub-folder of images for each class";
