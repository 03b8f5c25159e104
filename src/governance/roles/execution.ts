import { PRODUCTION_RESOURCES, ROLE_NAMES, type ScopedArns } from '../account-scope.ts'
import { allow, allowPassRole, deny, policy, type Statement } from '../policy-document.ts'
import type { RoleDefinition } from '../role-definition.ts'
import { trustService } from '../trust.ts'

/** What every job needs to say what it is doing, on AWS and on the engine. */
function jobBasics(arns: ScopedArns): Statement[] {
  return [
    allow(
      'WriteLogs',
      ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
      [arns.logGroup('/aws/sagemaker/*')],
    ),
    allow('PublishMetricsAndPullImages', ['cloudwatch:PutMetricData', 'ecr:GetAuthorizationToken'], ['*']),
    allow(
      'PullImages',
      ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
      [arns.sagemaker('x').replace(/:sagemaker:(.*):x$/, ':ecr:$1:repository/skyloop*')],
    ),
  ]
}

/** What pipelines, their jobs, models and endpoints act as: everything of the loop up to staging. */
export function executionRole(arns: ScopedArns): RoleDefinition {
  return {
    name: ROLE_NAMES.execution,
    description: 'Skyloop: pipelines, jobs, models and endpoints act as this role',
    trust: trustService('sagemaker.amazonaws.com'),
    policies: {
      RunJobs: policy(
        allow(
          'UseData',
          [
            's3:GetObject',
            's3:GetObjectTagging',
            's3:PutObject',
            's3:DeleteObject',
            's3:AbortMultipartUpload',
            's3:ListMultipartUploadParts',
          ],
          [arns.s3Objects()],
        ),
        allow('ListData', ['s3:ListBucket', 's3:GetBucketLocation', 's3:ListBucketMultipartUploads'], [arns.s3Bucket]),
        ...jobBasics(arns),
      ),
      RunPipelines: policy(
        allow(
          'RunSteps',
          [
            'sagemaker:CreateProcessingJob',
            'sagemaker:StopProcessingJob',
            'sagemaker:CreateTrainingJob',
            'sagemaker:StopTrainingJob',
            'sagemaker:CreateTransformJob',
            'sagemaker:StopTransformJob',
            'sagemaker:CreateHyperParameterTuningJob',
            'sagemaker:StopHyperParameterTuningJob',
            'sagemaker:CreateModel',
            'sagemaker:DeleteModel',
            'sagemaker:CreateModelPackage',
            'sagemaker:CreateModelPackageGroup',
            'sagemaker:AddTags',
          ],
          [
            'processing-job/*',
            'training-job/*',
            'transform-job/*',
            'hyper-parameter-tuning-job/*',
            'model/*',
            'model-package/*',
            'model-package-group/*',
          ].map((resource) => arns.sagemaker(resource)),
        ),
        allow('SeeWhatRuns', ['sagemaker:Describe*', 'sagemaker:List*'], ['*']),
        allow(
          'DeployToStaging',
          [
            'sagemaker:CreateEndpoint',
            'sagemaker:UpdateEndpoint',
            'sagemaker:CreateEndpointConfig',
            'sagemaker:DeleteEndpointConfig',
            'sagemaker:InvokeEndpoint',
            'sagemaker:AddTags',
          ],
          [arns.sagemaker('endpoint/*'), arns.sagemaker('endpoint-config/*')],
        ),
        allowPassRole('JobsActAsThisRole', [arns.role('execution')], 'sagemaker.amazonaws.com'),
        allow('SendEvents', ['events:PutEvents'], [arns.events('event-bus/default')]),
      ),
      Limits: policy(
        // Approval and production belong to people; a job that is taken over can do neither.
        deny(
          'ProductionIsForPeople',
          ['sagemaker:CreateEndpoint*', 'sagemaker:UpdateEndpoint*', 'sagemaker:DeleteEndpoint*'],
          PRODUCTION_RESOURCES.map((resource) => arns.sagemaker(resource)),
        ),
        deny('ApprovalIsForPeople', ['sagemaker:UpdateModelPackage', 'sagemaker:DeleteModelPackage*'], ['*']),
      ),
    },
  }
}

/** What a data scientist's experiments act as: they read data and write experiments. */
export function experimentRole(arns: ScopedArns): RoleDefinition {
  return {
    name: ROLE_NAMES.experiment,
    description: 'Skyloop: jobs of experiments act as this role',
    trust: trustService('sagemaker.amazonaws.com'),
    policies: {
      RunExperiments: policy(
        allow('ReadData', ['s3:GetObject', 's3:GetObjectTagging'], [arns.s3Objects()]),
        allow('ListData', ['s3:ListBucket', 's3:GetBucketLocation'], [arns.s3Bucket]),
        allow(
          'WriteExperiments',
          // Checkpoints that a training job removes are removed from where they are kept.
          ['s3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
          [arns.s3Objects('experiments/*'), arns.s3Objects('labels/*')],
        ),
        ...jobBasics(arns),
      ),
    },
  }
}
