/**
 * Categories of VisDrone-DET in the order of their numbers. 0 is a region that nobody annotated, 11 any other object.
 *
 * @source VisDrone2018-DET-toolkit, README, "Submission of the detection results": object_category
 */
export const VISDRONE_CATEGORIES = [
  'ignored regions',
  'pedestrian',
  'people',
  'bicycle',
  'car',
  'van',
  'truck',
  'tricycle',
  'awning-tricycle',
  'bus',
  'motor',
  'others',
] as const
