import * as sdk from '@aws-sdk/client-sagemaker'
import type { AnyOperation } from '../../wire/operation.ts'
import type { Engine } from '../../engine.ts'
import type { LoadedService } from '../table.ts'
import { createEndpointConfig } from './endpoint-config/create-endpoint-config.ts'
import { deleteEndpointConfig } from './endpoint-config/delete-endpoint-config.ts'
import { describeEndpointConfig } from './endpoint-config/describe-endpoint-config.ts'
import { listEndpointConfigs } from './endpoint-config/list-endpoint-configs.ts'
import { createEndpoint } from './endpoint/create-endpoint.ts'
import { deleteEndpoint } from './endpoint/delete-endpoint.ts'
import { resumeEndpoints } from './endpoint/deploy.ts'
import { describeEndpoint } from './endpoint/describe-endpoint.ts'
import { fleetOf } from './endpoint/fleet.ts'
import { listEndpoints } from './endpoint/list-endpoints.ts'
import { updateEndpointWeightsAndCapacities } from './endpoint/update-endpoint-weights-and-capacities.ts'
import { updateEndpoint } from './endpoint/update-endpoint.ts'
import { createHyperParameterTuningJob } from './hyper-parameter-tuning-job/create-hyper-parameter-tuning-job.ts'
import { deleteHyperParameterTuningJob } from './hyper-parameter-tuning-job/delete-hyper-parameter-tuning-job.ts'
import { describeHyperParameterTuningJob } from './hyper-parameter-tuning-job/describe-hyper-parameter-tuning-job.ts'
import { listHyperParameterTuningJobs } from './hyper-parameter-tuning-job/list-hyper-parameter-tuning-jobs.ts'
import { listTrainingJobsForHyperParameterTuningJob } from './hyper-parameter-tuning-job/list-training-jobs-for-hyper-parameter-tuning-job.ts'
import { resumeTuningJobs } from './hyper-parameter-tuning-job/run.ts'
import { stopHyperParameterTuningJob } from './hyper-parameter-tuning-job/stop-hyper-parameter-tuning-job.ts'
import { createLabelingJob } from './labeling-job/create-labeling-job.ts'
import { describeLabelingJob } from './labeling-job/describe-labeling-job.ts'
import { listLabelingJobsForWorkteam } from './labeling-job/list-labeling-jobs-for-workteam.ts'
import { listLabelingJobs } from './labeling-job/list-labeling-jobs.ts'
import { answerPortal } from './labeling-job/portal/portal.ts'
import { resumeLabelingJobs } from './labeling-job/run.ts'
import { stopLabelingJob } from './labeling-job/stop-labeling-job.ts'
import { createModelPackageGroup } from './model-package-group/create-model-package-group.ts'
import { deleteModelPackageGroup } from './model-package-group/delete-model-package-group.ts'
import { describeModelPackageGroup } from './model-package-group/describe-model-package-group.ts'
import { listModelPackageGroups } from './model-package-group/list-model-package-groups.ts'
import { createModelPackage } from './model-package/create-model-package.ts'
import { deleteModelPackage } from './model-package/delete-model-package.ts'
import { describeModelPackage } from './model-package/describe-model-package.ts'
import { listModelPackages } from './model-package/list-model-packages.ts'
import { updateModelPackage } from './model-package/update-model-package.ts'
import { createModel } from './model/create-model.ts'
import { deleteModel } from './model/delete-model.ts'
import { describeModel } from './model/describe-model.ts'
import { listModels } from './model/list-models.ts'
import { describePipelineDefinitionForExecution } from './pipeline-execution/describe-pipeline-definition-for-execution.ts'
import { describePipelineExecution } from './pipeline-execution/describe-pipeline-execution.ts'
import { resumeExecutions } from './pipeline-execution/execute.ts'
import { listPipelineExecutionSteps } from './pipeline-execution/list-pipeline-execution-steps.ts'
import { listPipelineExecutions } from './pipeline-execution/list-pipeline-executions.ts'
import { listPipelineParametersForExecution } from './pipeline-execution/list-pipeline-parameters-for-execution.ts'
import { retryPipelineExecution } from './pipeline-execution/retry-pipeline-execution.ts'
import { startPipelineExecution } from './pipeline-execution/start-pipeline-execution.ts'
import { stopPipelineExecution } from './pipeline-execution/stop-pipeline-execution.ts'
import { updatePipelineExecution } from './pipeline-execution/update-pipeline-execution.ts'
import { createPipeline } from './pipeline/create-pipeline.ts'
import { deletePipeline } from './pipeline/delete-pipeline.ts'
import { describePipeline } from './pipeline/describe-pipeline.ts'
import { listPipelines } from './pipeline/list-pipelines.ts'
import { updatePipeline } from './pipeline/update-pipeline.ts'
import { createProcessingJob } from './processing-job/create-processing-job.ts'
import { describeProcessingJob } from './processing-job/describe-processing-job.ts'
import { listProcessingJobs } from './processing-job/list-processing-jobs.ts'
import { resumeProcessingJobs } from './processing-job/resume.ts'
import { stopProcessingJob } from './processing-job/stop-processing-job.ts'
import { addTags } from './tags/add-tags.ts'
import { deleteTags } from './tags/delete-tags.ts'
import { listTags } from './tags/list-tags.ts'
import { createTrainingJob } from './training-job/create-training-job.ts'
import { describeTrainingJob } from './training-job/describe-training-job.ts'
import { listTrainingJobs } from './training-job/list-training-jobs.ts'
import { resumeTrainingJobs } from './training-job/resume.ts'
import { stopTrainingJob } from './training-job/stop-training-job.ts'
import { createWorkforce } from './workforce/create-workforce.ts'
import { deleteWorkforce } from './workforce/delete-workforce.ts'
import { describeWorkforce } from './workforce/describe-workforce.ts'
import { listWorkforces } from './workforce/list-workforces.ts'
import { createWorkteam } from './workteam/create-workteam.ts'
import { deleteWorkteam } from './workteam/delete-workteam.ts'
import { describeWorkteam } from './workteam/describe-workteam.ts'
import { listWorkteams } from './workteam/list-workteams.ts'
import { updateWorkteam } from './workteam/update-workteam.ts'
import { removeOldTrees } from './old-trees.ts'
import { createWorkers } from './workers.ts'
import type { Workers } from './workers.ts'

/** Every operation of SageMaker that this engine implements; any other is refused by name. */
function operations(workers: Workers) {
  return {
    CreateProcessingJob: createProcessingJob(workers),
    DescribeProcessingJob: describeProcessingJob,
    ListProcessingJobs: listProcessingJobs,
    StopProcessingJob: stopProcessingJob(workers),
    CreateTrainingJob: createTrainingJob(workers),
    DescribeTrainingJob: describeTrainingJob,
    ListTrainingJobs: listTrainingJobs,
    StopTrainingJob: stopTrainingJob(workers),
    CreateHyperParameterTuningJob: createHyperParameterTuningJob(workers),
    DescribeHyperParameterTuningJob: describeHyperParameterTuningJob,
    ListHyperParameterTuningJobs: listHyperParameterTuningJobs,
    ListTrainingJobsForHyperParameterTuningJob: listTrainingJobsForHyperParameterTuningJob,
    StopHyperParameterTuningJob: stopHyperParameterTuningJob(workers),
    DeleteHyperParameterTuningJob: deleteHyperParameterTuningJob,
    CreateLabelingJob: createLabelingJob(workers),
    DescribeLabelingJob: describeLabelingJob,
    ListLabelingJobs: listLabelingJobs,
    ListLabelingJobsForWorkteam: listLabelingJobsForWorkteam,
    StopLabelingJob: stopLabelingJob(workers),
    CreateWorkforce: createWorkforce,
    DescribeWorkforce: describeWorkforce,
    ListWorkforces: listWorkforces,
    DeleteWorkforce: deleteWorkforce,
    CreateWorkteam: createWorkteam,
    DescribeWorkteam: describeWorkteam,
    ListWorkteams: listWorkteams,
    UpdateWorkteam: updateWorkteam,
    DeleteWorkteam: deleteWorkteam,
    CreateModel: createModel,
    DescribeModel: describeModel,
    ListModels: listModels,
    DeleteModel: deleteModel,
    CreateEndpointConfig: createEndpointConfig,
    DescribeEndpointConfig: describeEndpointConfig,
    ListEndpointConfigs: listEndpointConfigs,
    DeleteEndpointConfig: deleteEndpointConfig,
    CreateEndpoint: createEndpoint(workers),
    DescribeEndpoint: describeEndpoint,
    ListEndpoints: listEndpoints,
    UpdateEndpoint: updateEndpoint(workers),
    UpdateEndpointWeightsAndCapacities: updateEndpointWeightsAndCapacities(workers),
    DeleteEndpoint: deleteEndpoint(workers),
    CreateModelPackageGroup: createModelPackageGroup,
    DescribeModelPackageGroup: describeModelPackageGroup,
    ListModelPackageGroups: listModelPackageGroups,
    DeleteModelPackageGroup: deleteModelPackageGroup,
    CreateModelPackage: createModelPackage,
    DescribeModelPackage: describeModelPackage,
    ListModelPackages: listModelPackages,
    UpdateModelPackage: updateModelPackage,
    DeleteModelPackage: deleteModelPackage,
    CreatePipeline: createPipeline,
    UpdatePipeline: updatePipeline,
    DescribePipeline: describePipeline,
    ListPipelines: listPipelines,
    DeletePipeline: deletePipeline,
    DescribePipelineDefinitionForExecution: describePipelineDefinitionForExecution,
    StartPipelineExecution: startPipelineExecution(workers),
    StopPipelineExecution: stopPipelineExecution(workers),
    RetryPipelineExecution: retryPipelineExecution(workers),
    UpdatePipelineExecution: updatePipelineExecution,
    DescribePipelineExecution: describePipelineExecution,
    ListPipelineExecutions: listPipelineExecutions,
    ListPipelineExecutionSteps: listPipelineExecutionSteps,
    ListPipelineParametersForExecution: listPipelineParametersForExecution,
    AddTags: addTags,
    ListTags: listTags,
    DeleteTags: deleteTags,
  } satisfies Record<string, AnyOperation>
}

/** SageMaker's control plane. `start` goes on with what an earlier engine left; `stop` ends every process. */
export function createSagemakerService(engine: Engine): LoadedService {
  const workers = createWorkers(engine)
  return {
    service: { signingName: 'sagemaker', protocol: 'awsJson1_1', sdk, operations: operations(workers) },
    start: async () => {
      await removeOldTrees(engine)
      resumeEndpoints(workers)
      resumeProcessingJobs(workers)
      resumeTrainingJobs(workers)
      resumeTuningJobs(workers)
      resumeLabelingJobs(workers)
      resumeExecutions(workers)
    },
    answerOwn: (request, response, keys) => answerPortal(workers, request, response, keys),
    stop: async () => {
      await workers.running.close()
      await fleetOf(engine).close()
    },
  }
}
