import type { Account } from './account.ts'

/** How many of each main resource an account holds, capped at 100 each: enough for an overview in one call apiece. */
export async function countResources(account: Account): Promise<Record<string, number>> {
  const { ListBucketsCommand } = await import('@aws-sdk/client-s3')
  const sdk = await import('@aws-sdk/client-sagemaker')
  const s3 = await account.clients.s3()
  const sagemaker = await account.clients.sagemaker()
  const limit = { MaxResults: 100 }
  const [buckets, pipelines, training, processing, groups, endpoints] = await Promise.all([
    s3.send(new ListBucketsCommand({})),
    sagemaker.send(new sdk.ListPipelinesCommand(limit)),
    sagemaker.send(new sdk.ListTrainingJobsCommand(limit)),
    sagemaker.send(new sdk.ListProcessingJobsCommand(limit)),
    sagemaker.send(new sdk.ListModelPackageGroupsCommand(limit)),
    sagemaker.send(new sdk.ListEndpointsCommand(limit)),
  ])
  return {
    buckets: buckets.Buckets?.length ?? 0,
    pipelines: pipelines.PipelineSummaries?.length ?? 0,
    trainingJobs: training.TrainingJobSummaries?.length ?? 0,
    processingJobs: processing.ProcessingJobSummaries?.length ?? 0,
    modelPackageGroups: groups.ModelPackageGroupSummaryList?.length ?? 0,
    endpoints: endpoints.Endpoints?.length ?? 0,
  }
}
