/** What EXIF and XMP of an image say of the camera that took it. A field that neither has is undefined: 0 is a value. */
export interface CameraMetadata {
  readonly make?: string | undefined
  readonly model?: string | undefined
  /** The camera's clock, `2016-06-23T14:05:51`, with the offset appended where EXIF has one: `+02:00`. */
  readonly capturedAt?: string | undefined
  /** Milliseconds since 1970 of `capturedAt`, taken as UTC where no offset is known: good for order and differences. */
  readonly capturedAtMs?: number | undefined
  /** WGS 84 degrees, north positive. */
  readonly latitudeDeg?: number | undefined
  /** WGS 84 degrees, east positive. */
  readonly longitudeDeg?: number | undefined
  /** Metres above sea level (XMP's absolute altitude, else GPS altitude). Says nothing of the height over ground. */
  readonly altitudeM?: number | undefined
  /** Metres above the point of take-off. */
  readonly relativeAltitudeM?: number | undefined
  /** Camera's aim against the horizon, degrees: 0 ahead, -90 straight down. */
  readonly gimbalPitchDeg?: number | undefined
  /** Camera's aim, degrees clockwise from north. */
  readonly gimbalYawDeg?: number | undefined
  readonly gimbalRollDeg?: number | undefined
  /** The aircraft's own angles, degrees: pitch up, yaw clockwise from north, roll right. */
  readonly flightPitchDeg?: number | undefined
  readonly flightYawDeg?: number | undefined
  readonly flightRollDeg?: number | undefined
  readonly focalLengthMm?: number | undefined
  /** Focal length that gives the same view on 36 x 24 mm film. */
  readonly focalLength35Mm?: number | undefined
  /** Width of the part of the sensor that made the picture's longer side, mm. */
  readonly sensorWidthMm?: number | undefined
  /** Where the sensor width is from. */
  readonly sensorWidthSource?: 'model-table' | 'focal-plane-resolution' | 'focal-length-35mm' | undefined
  /** Size of the picture as the camera wrote it, px; larger than the file's when somebody reduced it. */
  readonly originalWidth?: number | undefined
  readonly originalHeight?: number | undefined
  readonly exposureTimeS?: number | undefined
  readonly fNumber?: number | undefined
  readonly iso?: number | undefined
}
