import type { OptionSpec } from '../../command.ts'
import { UsageError } from '../../failure.ts'
import { decimal, keyValue } from '../../option-values.ts'

/** Options of `train run` and `train tune`; see `TrainingChoices`. */
export const TRAINING_OPTIONS: readonly OptionSpec[] = [
  { flags: '--epochs <n>', description: 'same as --set epochs=<n> (default: 20)' },
  { flags: '--imgsz <px>', description: "side of the network's input, same as --set imgsz=<px> (default: 320)" },
  {
    flags: '--set <name=value>',
    description: 'hyperparameter, as often as wanted; docs/hyperparameters.md lists them',
    parse: keyValue('--set'),
  },
  {
    flags: '--weights <start>',
    description: 'base (the weights that come along), none (from scratch) or a weights file',
    default: 'base',
  },
  {
    flags: '--tile <px>',
    description: 'side of the squares that frames are cut into, or none for whole frames',
    default: '640',
    parse: readTile,
  },
  {
    flags: '--val-fraction <0-0.9>',
    description: 'part of the flights to validate on, where the data has no val split',
    default: 0.2,
    parse: decimal('--val-fraction', 0, 0.9),
  },
  { flags: '--instance-type <type>', description: 'machine to train on', default: 'ml.g4dn.xlarge' },
  { flags: '--processing-instance-type <type>', description: 'machine to prepare on', default: 'ml.m5.xlarge' },
  {
    flags: '--max-hours <h>',
    description: 'longest that one training may take',
    default: 24,
    parse: decimal('--max-hours', 0.01, 672),
  },
  { flags: '--spot', description: 'train on spare capacity; it goes on from its checkpoint when interrupted' },
]

function readTile(text: string): string {
  if (text === 'none' || (/^\d+$/.test(text) && Number(text) >= 32 && Number(text) <= 20_000)) return text
  throw new UsageError({ code: 'cli.option', message: `--tile is none or 32 to 20000 pixels, not "${text}"` })
}
