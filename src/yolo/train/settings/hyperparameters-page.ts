import { describeRule } from './setting-rule.ts'
import { SETTING_TABLE } from './setting-table.ts'
import { DEFAULT_SETTINGS } from './settings.ts'
import type { TrainSettings } from './settings.ts'

const BEFORE = `# Hyperparameters

Generated from \`src/yolo/train/settings/setting-table.ts\` by \`node tools/hyperparameters.ts\`; a test compares them.

All are texts, as SageMaker has it. Unknown names and bad values are refused together before anything starts. Besides them the training job takes \`weights\`: \`base\` (default, the shipped weights) or \`none\` (from scratch); a channel \`weights\` gives a file of one's own.

| name | meaning | unit | allowed | default |
|---|---|---|---|---|`

const AFTER = `
A resumed training must have the same values, except for threads, max_minutes, patience, memory_check and plots.

Why \`accumulate\` and not a nominal batch (\`nbs\`): it says what happens, and a training computes what its \`batch\` says unless it is asked for. For \`nbs=64\` set \`accumulate\` to 64 ÷ \`batch\`. Batches are joined with the weight that each has in the loss of the larger batch, so the update is the same but for batch norms.

## What a training writes

\`output/data/results.csv\`, one line an epoch; line 0 is the start of a fine-tune, which has validation only.

| column | meaning |
|---|---|
| \`epoch\` | 1-based; 0 is the start |
| \`train_loss\`, \`box_loss\`, \`cls_loss\`, \`dfl_loss\` | mean over the epoch's batches, gains applied; the first is the sum of the others |
| \`val_map50\`, \`val_map50_95\` | of the moving average of weights on the validation split; empty where it was not due |
| \`learning_rate\` | of the epoch's last update |
| \`images_per_second\` | in training steps, waiting for batches included, validation not |
| \`seconds\` | since the training began, over all its runs |
| \`boxes_left_out\` | boxes beyond \`max_boxes\`, the smallest of the fullest images |
| \`wait_share\` | share of the time in steps that was spent waiting for batches, 0 to 1 |

The log has the same as \`name=value\` lines, which the job's metric definitions read.

\`output/data/plots/\` (\`plots=off\` leaves it out; so does a stopped job): \`results.png\` (loss, validation, learning rate and speed by epoch), \`labels.png\` (class counts, box sizes, where boxes lie, their shapes), \`train-batch-0.jpg\` and \`-1.jpg\` (as the network sees them, mosaics and all), and with a validation split \`validation-batch.jpg\` (true boxes beside predicted ones), \`pr-curve.png\`, \`f1-confidence.png\`, \`precision-confidence.png\`, \`recall-confidence.png\`, \`confusion-matrix.png\` and \`confusion-matrix-normalised.png\`.

\`model/\`: \`model.onnx\`, \`model.safetensors\`, \`metrics.json\`. \`bestEpoch\` there is the epoch whose weights they are; 0 says that no epoch was better than the start, so the start is shipped.

## Rectangles

\`rect=on\` validates each image in the smallest rectangle that holds it at the same scale. On 36 rendered frames of 960 × 540 px at \`imgsz=640\` with the base weights: mAP50 0.497 for 0.493 in squares, mAP50-95 0.312 for 0.308, with 2.4 s of processor time for 3.8 s. Square tiles gain nothing. It is off by default, so that validation sees what a model that is served at a fixed square sees.

## Labels and images

Labels are parsed anew at each start: 10,000 files with 200,000 boxes take 2.1 s of processor time, and a cache would have to look at each file as well. Images are decoded once at the start, which proves each readable, and kept in memory up to 1.2 GB; batches are made by a thread of its own while the step computes. A batch of 8 at 320 px costs it 30 ms beside a step of about 500 ms, and \`wait_share\` says how much the step waited: 0.1 to 0.5 % after the first epoch, on a machine busy with other work.

## Memory

Before anything is compiled the memory that a step needs is estimated and compared with what the machine, or the container's control group, has left; what does not fit is refused with the batch that would. Peaks measured on Linux, resident, the whole process: YOLO11n at 320 px with a batch of 8: 0.85 GB, at 640 px: 3.5 GB; YOLO11s at 320 px: 1.5 GB; YOLO11m at 320 px with a batch of 4: 1.6 GB. Decoded images take up to 1.2 GB more.

## When the loss is no number

The training ends with \`yolo.train.diverged\` and keeps \`diverged-batch.safetensors\` beside its checkpoints: the batch, and the weights it met. \`node tools/replay-batch.ts <that file>\` computes the step again and names what is not finite.
`

/** The text of `docs/hyperparameters.md`. */
export function hyperparametersPage(): string {
  const rows = (Object.keys(DEFAULT_SETTINGS) as (keyof TrainSettings)[]).map((name) => {
    const { meaning, unit, rule } = SETTING_TABLE[name]
    const value = DEFAULT_SETTINGS[name]
    const text = typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value)
    return `| \`${name}\` | ${meaning} | ${unit ?? ''} | ${describeRule(rule)} | ${text} |`
  })
  return [BEFORE, ...rows, AFTER].join('\n')
}
