import { Command } from 'commander'
import type { CommandFactory } from '../../../command.ts'
import { detections } from './detections.ts'
import { footprints } from './footprints.ts'

/** `data geo` with its own verbs. */
export const geo: CommandFactory = (execute) =>
  new Command('geo')
    .summary('images and detections on the map, as GeoJSON')
    .description(
      'Places pixels on the ground from GPS, altitude, gimbal and lens. The ground is taken to be flat and as high as the\n' +
        'point of take-off.',
    )
    .helpCommand(false)
    .addCommand(footprints(execute))
    .addCommand(detections(execute))
    .addHelpText(
      'after',
      '\nExamples:\n  $ skyloop data geo footprints ./flights/images --out footprints.geojson\n      the ground that each image shows',
    )
