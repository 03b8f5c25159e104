import { CreateLabelingJobCommand, CreateWorkteamCommand, DescribeLabelingJobCommand } from '@aws-sdk/client-sagemaker'
import type { CreateLabelingJobRequest, DescribeLabelingJobResponse, HumanTaskConfig } from '@aws-sdk/client-sagemaker'
import sharp from 'sharp'
import { eventually, LAB } from '../testing.ts'
import type { Lab } from '../testing.ts'

export const TEAM_ARN = 'arn:aws:sagemaker:us-east-1:000000000000:workteam/private-crowd/annotators'

const FUNCTIONS = 'arn:aws:lambda:us-east-1:432418664414:function'

const TEMPLATE = `
<crowd-form><crowd-bounding-box name="annotatedResult" labels="{{ task.input.labels | to_json | escape }}"
  src="{{ task.input.taskObject | grant_read_access }}" header="Draw boxes">
  <short-instructions><p>Every car.</p><ul><li>Also parked &amp; towed ones</li></ul></short-instructions>
  <full-instructions header="How"><p>Every car.</p><ul><li>Also parked &amp; towed ones</li></ul></full-instructions>
</crowd-bounding-box></crowd-form>`

/** Three frames of 64 x 48 pixels, the files of a job, and the team `annotators`. */
export async function prepareLabelling(lab: Lab): Promise<void> {
  const image = await sharp({ create: { width: 64, height: 48, channels: 3, background: '#557744' } })
    .jpeg()
    .toBuffer()
  for (const name of ['a', 'b', 'c']) await lab.put(`raw/${name}.jpg`, image)
  await lab.put('label/manifest.jsonl', manifestOf('a', 'b', 'c'))
  await lab.put('label/categories.json', categoriesOf('car', 'truck'))
  await lab.put('label/template.html', TEMPLATE)
  await lab.sagemaker.send(
    new CreateWorkteamCommand({
      WorkteamName: 'annotators',
      Description: 'who labels',
      MemberDefinitions: [{ OidcMemberDefinition: { Groups: ['annotators'] } }],
    }),
  )
}

export function manifestOf(...names: string[]): string {
  return names.map((name) => JSON.stringify({ 'source-ref': `${LAB}/raw/${name}.jpg`, flight: 'f01' })).join('\n')
}

function categoriesOf(...labels: string[]): string {
  return JSON.stringify({ 'document-version': '2018-11-28', labels: labels.map((label) => ({ label })) })
}

export const functionsOf = (type: string): Partial<HumanTaskConfig> => ({
  PreHumanTaskLambdaArn: `${FUNCTIONS}:PRE-${type}`,
  AnnotationConsolidationConfig: { AnnotationConsolidationLambdaArn: `${FUNCTIONS}:ACS-${type}` },
})

export function labelingRequest(
  lab: Lab,
  name: string,
  task: Partial<HumanTaskConfig> = {},
  more: Partial<CreateLabelingJobRequest> = {},
): CreateLabelingJobRequest {
  return {
    LabelingJobName: name,
    LabelAttributeName: 'boxes',
    InputConfig: { DataSource: { S3DataSource: { ManifestS3Uri: `${LAB}/label/manifest.jsonl` } } },
    OutputConfig: { S3OutputPath: `${LAB}/labelled` },
    RoleArn: lab.roleArn,
    LabelCategoryConfigS3Uri: `${LAB}/label/categories.json`,
    HumanTaskConfig: {
      WorkteamArn: TEAM_ARN,
      UiConfig: { UiTemplateS3Uri: `${LAB}/label/template.html` },
      TaskTitle: 'Cars',
      TaskDescription: 'Draw a box around every car',
      NumberOfHumanWorkersPerDataObject: 1,
      TaskTimeLimitInSeconds: 600,
      ...functionsOf('BoundingBox'),
      ...task,
    },
    ...more,
  }
}

/** Creates the job and waits until its tasks can be claimed, or it has ended. */
export async function beginLabelling(
  lab: Lab,
  request: CreateLabelingJobRequest,
): Promise<DescribeLabelingJobResponse> {
  await lab.sagemaker.send(new CreateLabelingJobCommand(request))
  const name = request.LabelingJobName ?? ''
  return labellingIs(lab, name, ({ LabelingJobStatus }) => LabelingJobStatus !== 'Initializing')
}

export function labellingIs(
  lab: Lab,
  name: string,
  is: (job: DescribeLabelingJobResponse) => boolean,
): Promise<DescribeLabelingJobResponse> {
  return eventually(() => lab.sagemaker.send(new DescribeLabelingJobCommand({ LabelingJobName: name })), is)
}

export function labellingEnd(lab: Lab, name: string): Promise<DescribeLabelingJobResponse> {
  const ends = ['Completed', 'Failed', 'Stopped']
  return labellingIs(lab, name, ({ LabelingJobStatus }) => ends.includes(LabelingJobStatus ?? ''))
}

/** Lines of the output manifest. */
export async function outputLines(lab: Lab, name: string): Promise<Record<string, unknown>[]> {
  const text = await lab.text(`labelled/${name}/manifests/output/output.manifest`)
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}
