import type { CameraMetadata } from '../metadata/camera-metadata.ts'
import type { GroundSample } from '../metadata/ground-sample.ts'
import type { ColourMode } from '../metadata/image-header.ts'

/**
 * Everything that one image file tells about itself. What it does not tell is `undefined`: never 0, never NaN. The whole
 * value is plain JSON (without the undefined fields), so that it can be cached and sent between threads.
 */
export interface ImageProfile extends ImageLook {
  /** Relative path or object key as given, forward slashes. */
  readonly path: string
  /** SHA-256 of the file's bytes, 64 hex digits. */
  readonly contentHash: string
  readonly sizeBytes: number
  /** As the decoder names it: `jpeg`, `png`, `webp`, `tiff`, `gif`, `heif`. */
  readonly format: string
  /** Pixels across and down as a viewer shows them, that is after EXIF orientation. Boxes and tiles are in these. */
  readonly width: number
  readonly height: number
  /** Pixels across and down as they lie in the file. */
  readonly storedWidth: number
  readonly storedHeight: number
  /** EXIF orientation, 1 to 8; 1 is upright, 5 to 8 swap width and height. Undefined when the file does not say. */
  readonly orientation: number | undefined
  /** `width / height`. */
  readonly aspect: number
  readonly colourMode: ColourMode
  /** Bits of one channel of one pixel: 8 for a JPEG. */
  readonly bitDepth: number
  /**
   * Difference hash, 32 hex digits; see `parseHash` and `hashDistance` in `data/version`. Undefined for images under
   * 9 px a side and for those too even for a hash to mean anything.
   */
  readonly perceptualHash: string | undefined
  /** What EXIF and XMP say of camera, place and aim; no field is set when there is no metadata. */
  readonly camera: CameraMetadata
  /** How much ground a pixel covers, and by which data; undefined when they do not suffice. */
  readonly groundSample: GroundSample | undefined
}

/** How the pixels look. Grey is the 8-bit luma of BT.601, rounded as OpenCV's `COLOR_BGR2GRAY`. */
export interface ImageLook {
  /** Mean grey, 0 to 255. */
  readonly brightness: number
  /** Standard deviation of grey, 0 to 127.5. */
  readonly contrast: number
  /** Variance of the Laplacian of grey, as `cv2.Laplacian(grey, cv2.CV_64F).var()`: low when blurred. */
  readonly sharpness: number
  /** Shannon entropy of the 256-bin grey histogram, 0 to 8 bits. */
  readonly entropy: number
  /** 0 for grey images, about 100 for very colourful ones. @source Hasler & Süsstrunk 2003 */
  readonly colourfulness: number
  /** Standard deviation of white noise in grey levels. @source Immerkær 1996 */
  readonly noise: number
  /** Mean of (max - min) / max over the channels, 0 to 1. */
  readonly saturation: number
  /** Share of pixels with grey of at most 4, 0 to 1. */
  readonly clippedShadows: number
  /** Share of pixels with grey of at least 251, 0 to 1. */
  readonly clippedHighlights: number
}

/** A file that could not be measured, and why. */
export interface UnreadableImage {
  readonly path: string
  /** SHA-256 of the bytes, hex; undefined when not even they could be read. */
  readonly contentHash: string | undefined
  /** Undefined when the file could not be read. */
  readonly sizeBytes: number | undefined
  readonly error: {
    /** `data.image.empty`, `data.image.corrupt`, `data.image.too-large`, `data.image.unreadable` (the file system's fault). */
    readonly code: string
    readonly message: string
  }
}

export type ProfiledImage = ImageProfile | UnreadableImage

export function isUnreadable(image: ProfiledImage): image is UnreadableImage {
  return 'error' in image
}
