/** A property that a vendor writes, and how its number becomes ours. */
interface XmpName {
  readonly name: string
  /** @default the number as it stands */
  readonly toValue?: (value: number) => number
}

const named = (...names: readonly string[]): XmpName[] => names.map((name) => ({ name }))

/** Pix4D's pitch counts up from straight down; ours, as DJI's, down from the horizon. */
const fromNadir = (value: number): number => value - 90

/**
 * Which properties say what, the most trusted first. `drone-dji` is DJI's, `drone` Autel's, `drone-skydio` Skydio's,
 * `drone-parrot` Parrot's, `Camera` Pix4D's, which senseFly, Sentera, older Autel and Parrot drones write.
 *
 * @source files as these cameras write them; Pix4D, "Specifications of XMP camera tags"; Skydio, "Camera and metadata overview"
 */
export const XMP_FIELDS = {
  // DJI's early firmware spells the longitude with one t more.
  latitudeDeg: named('drone-dji:GpsLatitude', 'drone-dji:Latitude', 'drone:GpsLatitude', 'drone-skydio:Latitude'),
  longitudeDeg: named(
    'drone-dji:GpsLongitude',
    'drone-dji:GpsLongtitude',
    'drone-dji:Longitude',
    'drone:GpsLongitude',
    'drone:GpsLongtitude',
    'drone-skydio:Longitude',
  ),
  absoluteAltitudeM: named('drone-dji:AbsoluteAltitude', 'drone:AbsoluteAltitude', 'drone-skydio:AbsoluteAltitude'),
  relativeAltitudeM: named(
    'drone-dji:RelativeAltitude',
    'drone:RelativeAltitude',
    'drone-skydio:RelativeAltitude',
    'Camera:AboveGroundAltitude',
  ),
  targetDistanceM: named('drone-dji:LRFTargetDistance'),
  gimbalPitchDeg: [
    ...named(
      'drone-dji:GimbalPitchDegree',
      'drone:GimbalPitchDegree',
      'drone-skydio:CameraOrientationNED/drone-skydio:Pitch',
      'drone-parrot:CameraPitchDegree',
    ),
    { name: 'Camera:Pitch', toValue: fromNadir },
  ],
  gimbalYawDeg: named(
    'drone-dji:GimbalYawDegree',
    'drone:GimbalYawDegree',
    'drone-skydio:CameraOrientationNED/drone-skydio:Yaw',
    'drone-parrot:CameraYawDegree',
    'Camera:Yaw',
  ),
  gimbalRollDeg: named(
    'drone-dji:GimbalRollDegree',
    'drone:GimbalRollDegree',
    'drone-skydio:CameraOrientationNED/drone-skydio:Roll',
    'drone-parrot:CameraRollDegree',
    'Camera:Roll',
  ),
  flightPitchDeg: named('drone-dji:FlightPitchDegree', 'drone:FlightPitchDegree', 'drone-parrot:DronePitchDegree'),
  flightYawDeg: named('drone-dji:FlightYawDegree', 'drone:FlightYawDegree', 'drone-parrot:DroneYawDegree'),
  flightRollDeg: named('drone-dji:FlightRollDegree', 'drone:FlightRollDegree', 'drone-parrot:DroneRollDegree'),
} as const satisfies Record<string, readonly XmpName[]>
