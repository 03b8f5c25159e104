import type { CommandFactory } from '../command.ts'
import { check } from './access/check.ts'
import { check as checkData } from './data/check.ts'
import { convert as convertData } from './data/convert.ts'
import { diff } from './data/diff.ts'
import { geo } from './data/geo/geo.ts'
import { importData } from './data/import.ts'
import { prepare } from './data/prepare.ts'
import { profile as profileData } from './data/profile.ts'
import { synth } from './data/synth.ts'
import { validate as validateData } from './data/validate.ts'
import { deploy } from './endpoint/deploy.ts'
import { remove as deleteEndpoint } from './endpoint/delete.ts'
import { invoke } from './endpoint/invoke.ts'
import { list as listEndpoints } from './endpoint/list.ts'
import { agreement } from './label/agreement.ts'
import { answers } from './label/answers.ts'
import { create as createLabels } from './label/create.ts'
import { list as listLabels } from './label/list.ts'
import { output as labelOutput } from './label/output.ts'
import { serve as serveLabels } from './label/serve.ts'
import { status as labelStatus } from './label/status.ts'
import { stop as stopLabels } from './label/stop.ts'
import { team } from './label/team.ts'
import { reset } from './local/reset.ts'
import { start } from './local/start.ts'
import { status as localStatus } from './local/status.ts'
import { stop } from './local/stop.ts'
import { approve, reject } from './model/decide.ts'
import { list as listModels } from './model/list.ts'
import { register } from './model/register.ts'
import { rollback } from './model/rollback.ts'
import { show as showModel } from './model/show.ts'
import { report } from './monitor/report.ts'
import { run as runMonitor } from './monitor/run.ts'
import { enable } from './monitor/enable.ts'
import { compile } from './pipeline/compile.ts'
import { run as runPipeline } from './pipeline/run.ts'
import { script } from './pipeline/script.ts'
import { logs } from './pipeline/logs.ts'
import { status as pipelineStatus } from './pipeline/status.ts'
import { predict } from './predict.ts'
import { quickstart } from './quickstart.ts'
import { copy as copyObject } from './s3/copy.ts'
import { get as getObject } from './s3/get.ts'
import { list as listObjects } from './s3/list.ts'
import { manifest } from './s3/manifest.ts'
import { presign } from './s3/presign.ts'
import { put as putObject } from './s3/put.ts'
import { remove as removeObjects } from './s3/remove.ts'
import { sync } from './s3/sync.ts'
import { validate as validatePlace } from './s3/validate.ts'
import { evaluate } from './train/evaluate.ts'
import { list as listTrainings } from './train/list.ts'
import { logs as trainingLogs } from './train/logs.ts'
import { resume as resumeTraining } from './train/resume.ts'
import { run as runTraining } from './train/run.ts'
import { status as trainingStatus } from './train/status.ts'
import { stop as stopTraining } from './train/stop.ts'
import { tune } from './train/tune.ts'
import { convert } from './weights/convert.ts'
import { exportWeights } from './weights/export.ts'
import { inspect } from './weights/inspect.ts'
import { whoami } from './whoami.ts'

/** A noun with its verbs. */
export interface Noun {
  readonly description: string
  readonly verbs: readonly CommandFactory[]
}

/** Every command, in the order in which a person meets them. */
export const COMMANDS: Readonly<Record<string, Noun | CommandFactory>> = {
  quickstart,
  local: { description: 'the local engine', verbs: [start, stop, localStatus, reset] },
  data: {
    description: 'images and labels',
    verbs: [checkData, profileData, convertData, importData, prepare, validateData, diff, geo, synth],
  },
  s3: {
    description: 'objects: list, move, check',
    verbs: [listObjects, sync, getObject, putObject, copyObject, removeObjects, presign, manifest, validatePlace],
  },
  label: {
    description: 'boxes drawn by people',
    verbs: [createLabels, serveLabels, listLabels, labelStatus, stopLabels, labelOutput, answers, agreement, team],
  },
  train: {
    description: 'experiments: trainings and the search for hyperparameters',
    verbs: [runTraining, tune, evaluate, listTrainings, trainingStatus, trainingLogs, stopTraining, resumeTraining],
  },
  predict,
  pipeline: {
    description: 'the pipeline from raw images to a registered model',
    verbs: [compile, runPipeline, pipelineStatus, logs, script],
  },
  model: { description: 'the model registry', verbs: [register, listModels, showModel, approve, reject, rollback] },
  weights: { description: 'weights files: look, convert, export', verbs: [inspect, convert, exportWeights] },
  endpoint: { description: 'endpoints that serve a model', verbs: [deploy, invoke, listEndpoints, deleteEndpoint] },
  monitor: { description: 'what endpoints are sent, against the baseline', verbs: [runMonitor, report, enable] },
  access: { description: 'roles and what they may do', verbs: [check] },
  whoami,
}
