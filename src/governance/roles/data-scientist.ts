import { PRODUCTION_RESOURCES, ROLE_NAMES, type ScopedArns } from '../account-scope.ts'
import { allow, allowPassRole, deny, policy } from '../policy-document.ts'
import type { RoleDefinition } from '../role-definition.ts'
import { trustAccount } from '../trust.ts'

/** Explores imagery, labels, experiments; reads everything, writes experiments, never touches production. */
export function dataScientistRole(arns: ScopedArns): RoleDefinition {
  const jobs = ['training-job', 'processing-job', 'transform-job', 'hyper-parameter-tuning-job']
  return {
    name: ROLE_NAMES.dataScientist,
    description: 'Skyloop: explores data, labels and experiments; no production',
    trust: trustAccount(arns.root),
    policies: {
      Explore: policy(
        allow('ReadData', ['s3:GetObject', 's3:GetObjectTagging'], [arns.s3Objects()]),
        allow('ListData', ['s3:ListBucket', 's3:GetBucketLocation'], [arns.s3Bucket]),
        allow(
          'WriteExperimentsAndLabels',
          ['s3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
          [arns.s3Objects('experiments/*'), arns.s3Objects('labels/*')],
        ),
        allow('SeeWhatRuns', ['sagemaker:Describe*', 'sagemaker:List*', 'sagemaker:Search'], ['*']),
        allow(
          'ReadLogs',
          ['logs:DescribeLogGroups', 'logs:DescribeLogStreams', 'logs:GetLogEvents', 'logs:FilterLogEvents'],
          [arns.logGroup('*')],
        ),
      ),
      Experiment: policy(
        allow(
          'RunExperiments',
          [
            'sagemaker:CreateTrainingJob',
            'sagemaker:CreateProcessingJob',
            'sagemaker:CreateTransformJob',
            'sagemaker:CreateHyperParameterTuningJob',
            'sagemaker:StopTrainingJob',
            'sagemaker:StopProcessingJob',
            'sagemaker:StopTransformJob',
            'sagemaker:StopHyperParameterTuningJob',
            'sagemaker:AddTags',
          ],
          jobs.map((job) => arns.sagemaker(`${job}/experiment-*`)),
        ),
        // Jobs act as this role, which reads data and writes experiments: a job is no way around this policy.
        allowPassRole('ExperimentsHaveTheirOwnRole', [arns.role('experiment')], 'sagemaker.amazonaws.com'),
        allow(
          'TrackExperiments',
          [
            'sagemaker-mlflow:*',
            'sagemaker:CreatePresignedMlflowTrackingServerUrl',
            'sagemaker:CreateExperiment',
            'sagemaker:CreateTrial',
            'sagemaker:CreateTrialComponent',
          ],
          [arns.sagemaker('mlflow-tracking-server/*'), arns.sagemaker('experiment*/*')],
        ),
        allow(
          'UseNotebooks',
          [
            'sagemaker:CreatePresignedDomainUrl',
            'sagemaker:CreateApp',
            'sagemaker:DeleteApp',
            'sagemaker:CreatePresignedNotebookInstanceUrl',
            'sagemaker:StartNotebookInstance',
            'sagemaker:StopNotebookInstance',
          ],
          [arns.sagemaker('app/*'), arns.sagemaker('user-profile/*'), arns.sagemaker('notebook-instance/*')],
        ),
        allow(
          'Label',
          ['sagemaker:CreateLabelingJob', 'sagemaker:StopLabelingJob', 'sagemaker:AddTags'],
          [arns.sagemaker('labeling-job/*')],
        ),
        // Who may change a team may let workers in to it.
        allow(
          'GatherLabellers',
          ['sagemaker:CreateWorkteam', 'sagemaker:UpdateWorkteam'],
          [arns.sagemaker('workteam/private-crowd/*')],
        ),
      ),
      Limits: policy(
        deny(
          'NeverTouchProduction',
          [
            'sagemaker:CreateEndpoint*',
            'sagemaker:UpdateEndpoint*',
            'sagemaker:DeleteEndpoint*',
            'sagemaker:InvokeEndpoint*',
          ],
          PRODUCTION_RESOURCES.map((resource) => arns.sagemaker(resource)),
        ),
        deny(
          'NeverDeploy',
          [
            'sagemaker:CreateEndpoint*',
            'sagemaker:UpdateEndpoint*',
            'sagemaker:DeleteEndpoint*',
            'sagemaker:CreateModel',
            'sagemaker:DeleteModel',
          ],
          [arns.sagemaker('endpoint/*'), arns.sagemaker('endpoint-config/*'), arns.sagemaker('model/*')],
        ),
        deny(
          'NeverApproveModels',
          ['sagemaker:CreateModelPackage*', 'sagemaker:UpdateModelPackage', 'sagemaker:DeleteModelPackage*'],
          [arns.sagemaker('model-package/*'), arns.sagemaker('model-package-group/*')],
        ),
        deny(
          'NeverChangeRawData',
          ['s3:PutObject', 's3:DeleteObject', 's3:DeleteBucket*', 's3:PutBucket*'],
          [arns.s3Bucket, arns.s3Objects('data/*'), arns.s3Objects('raw/*'), arns.s3Objects('datasets/*')],
        ),
      ),
    },
  }
}
