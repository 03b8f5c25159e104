"""boto3 against the engine: what the engine answers is what an unmodified client understands."""

import io
import json
import os
import time
import unittest
import urllib.error
import urllib.request
import uuid

import boto3
from account import ACCOUNT, IMAGE, ROLE_ARN, allow, make_job_role, policy, trust, until
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError, WaiterError

MIB = 1024 * 1024


class Case(unittest.TestCase):
    def assert_error(self, code, call, *args, **kwargs):
        """The call is refused with this code. Returns the error."""
        with self.assertRaises(ClientError) as caught:
            call(*args, **kwargs)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        return caught.exception


class S3(Case):
    @classmethod
    def setUpClass(cls):
        cls.s3 = boto3.client("s3")
        cls.bucket = f"interop-{uuid.uuid4().hex[:8]}"
        cls.s3.create_bucket(Bucket=cls.bucket)

    def test_objects_come_back_with_their_metadata(self):
        body = os.urandom(100_000)
        self.s3.put_object(
            Bucket=self.bucket,
            Key="a b/ü+&.bin",
            Body=body,
            ContentType="image/png",
            Metadata={"flight": "f01"},
            Tagging="split=train",
        )
        answer = self.s3.get_object(Bucket=self.bucket, Key="a b/ü+&.bin")
        self.assertEqual(answer["Body"].read(), body)
        self.assertEqual((answer["ContentType"], answer["Metadata"]), ("image/png", {"flight": "f01"}))
        tags = self.s3.get_object_tagging(Bucket=self.bucket, Key="a b/ü+&.bin")["TagSet"]
        self.assertEqual(tags, [{"Key": "split", "Value": "train"}])
        self.assertEqual(self.s3.head_object(Bucket=self.bucket, Key="a b/ü+&.bin")["ContentLength"], 100_000)

    def test_ranges(self):
        self.s3.put_object(Bucket=self.bucket, Key="range", Body=b"0123456789")
        get = lambda range_: self.s3.get_object(Bucket=self.bucket, Key="range", Range=range_)
        answer = get("bytes=2-4")
        self.assertEqual((answer["Body"].read(), answer["ContentRange"]), (b"234", "bytes 2-4/10"))
        self.assertEqual(get("bytes=-3")["Body"].read(), b"789")
        self.assert_error("InvalidRange", get, "bytes=10-")

    def test_listings_are_paged_and_grouped(self):
        for i in range(7):
            self.s3.put_object(Bucket=self.bucket, Key=f"list/{i % 2}/{i}", Body=b"x")
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix="list/", PaginationConfig={"PageSize": 2}
        )
        keys = [each["Key"] for page in pages for each in page["Contents"]]
        self.assertEqual(keys, sorted(f"list/{i % 2}/{i}" for i in range(7)))
        grouped = self.s3.list_objects_v2(Bucket=self.bucket, Prefix="list/", Delimiter="/")
        self.assertEqual([each["Prefix"] for each in grouped["CommonPrefixes"]], ["list/0/", "list/1/"])

    def test_multipart_transfers(self):
        body = os.urandom(11 * MIB + 1)
        config = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB, max_concurrency=3)
        self.s3.upload_fileobj(io.BytesIO(body), self.bucket, "parts", Config=config)
        self.assertRegex(self.s3.head_object(Bucket=self.bucket, Key="parts")["ETag"], r'-3"$')
        target = io.BytesIO()
        self.s3.download_fileobj(self.bucket, "parts", target, Config=config)
        self.assertEqual(target.getvalue(), body)

    def test_copies_and_deletes(self):
        self.s3.put_object(Bucket=self.bucket, Key="source", Body=b"bytes", Metadata={"a": "1"})
        self.s3.copy({"Bucket": self.bucket, "Key": "source"}, self.bucket, "copy")
        answer = self.s3.get_object(Bucket=self.bucket, Key="copy")
        self.assertEqual((answer["Body"].read(), answer["Metadata"]), (b"bytes", {"a": "1"}))
        gone = self.s3.delete_objects(
            Bucket=self.bucket, Delete={"Objects": [{"Key": "source"}, {"Key": "copy"}, {"Key": "never"}]}
        )
        self.assertEqual(len(gone["Deleted"]), 3)
        self.assert_error("NoSuchKey", self.s3.get_object, Bucket=self.bucket, Key="copy")
        self.assert_error("404", self.s3.head_object, Bucket=self.bucket, Key="copy")
        self.assert_error("NoSuchBucket", self.s3.list_objects_v2, Bucket="nowhere-at-all")

    def test_presigned_urls(self):
        s3, params = self.s3, {"Bucket": self.bucket, "Key": "presigned/ü"}
        put = urllib.request.Request(s3.generate_presigned_url("put_object", params), data=b"hello", method="PUT")
        # urllib names a form otherwise.
        put.add_header("Content-Type", "")
        self.assertEqual(urllib.request.urlopen(put).status, 200)
        url = s3.generate_presigned_url("get_object", params)
        self.assertEqual(urllib.request.urlopen(url).read(), b"hello")
        with self.assertRaises(urllib.error.HTTPError) as changed:
            urllib.request.urlopen(url.replace("presigned", "other"))
        self.assertEqual(changed.exception.code, 403)
        self.assertIn(b"SignatureDoesNotMatch", changed.exception.read())

    def test_the_resource_interface(self):
        bucket = boto3.resource("s3").Bucket(self.bucket)
        bucket.put_object(Key="resource/one", Body=b"1")
        self.assertEqual([each.key for each in bucket.objects.filter(Prefix="resource/")], ["resource/one"])
        bucket.objects.filter(Prefix="resource/").delete()
        self.assertEqual(list(bucket.objects.filter(Prefix="resource/")), [])


class Identity(Case):
    def test_who_calls(self):
        identity = boto3.client("sts").get_caller_identity()
        self.assertEqual((identity["Account"], identity["Arn"]), (ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/skyloop-admin"))

    def test_a_role_is_assumed_and_may_do_what_its_policy_says(self):
        iam, name = boto3.client("iam"), f"Reader-{uuid.uuid4().hex[:8]}"
        role = iam.create_role(
            RoleName=name, AssumeRolePolicyDocument=trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}), Path="/interop/"
        )["Role"]
        self.assertEqual(role["AssumeRolePolicyDocument"]["Version"], "2012-10-17")
        iam.put_role_policy(RoleName=name, PolicyName="read", PolicyDocument=policy(allow("s3:ListAllMyBuckets")))
        answer = boto3.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="me")
        keys = answer["Credentials"]
        session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        self.assertEqual(
            session.client("sts").get_caller_identity()["Arn"], f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/me"
        )
        self.assertIn("Buckets", session.client("s3").list_buckets())
        self.assert_error("AccessDenied", session.client("s3").create_bucket, Bucket=f"denied-{uuid.uuid4().hex[:8]}")
        self.assert_error("AccessDenied", session.client("iam").list_roles)
        denied = self.assert_error("AccessDeniedException", session.client("sagemaker").list_models)
        self.assertIn("sagemaker:ListModels", str(denied))

    def test_profiles_assume_roles(self):
        arn = boto3.Session(profile_name="data-scientist").client("sts").get_caller_identity()["Arn"]
        self.assertIn(":assumed-role/SkyloopDataScientist/", arn)

    def test_policies_are_simulated(self):
        make_job_role()
        results = boto3.client("iam").simulate_principal_policy(
            PolicySourceArn=f"arn:aws:iam::{ACCOUNT}:role/SkyloopDataScientist",
            ActionNames=["sagemaker:ListModelPackages", "sagemaker:DeleteEndpoint"],
            ResourceArns=[f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:endpoint/skyloop-production"],
        )["EvaluationResults"]
        self.assertEqual(results[1]["EvalDecision"], "explicitDeny")
        self.assertTrue(results[1]["MatchedStatements"])

    def test_wrong_keys_are_refused(self):
        mine = boto3.Session().get_credentials()
        wrong = boto3.Session(mine.access_key, "wrong")
        self.assert_error("SignatureDoesNotMatch", wrong.client("s3").list_buckets)
        self.assert_error("SignatureDoesNotMatch", wrong.client("sts").get_caller_identity)
        self.assert_error("InvalidSignatureException", wrong.client("logs").describe_log_groups)
        unknown = boto3.Session("AKIANOBODY", "x")
        self.assert_error("InvalidAccessKeyId", unknown.client("s3").list_buckets)
        self.assert_error("InvalidClientTokenId", unknown.client("sts").get_caller_identity)


PROCESS = """
import { readFileSync, writeFileSync } from 'node:fs'
const base = process.env.SAGEMAKER_BASE_DIR
const text = readFileSync(base + '/processing/in/words.txt', 'utf8')
console.log('words=' + text.trim().split(/\\s+/).length)
writeFileSync(base + '/processing/out/count.json', JSON.stringify({ words: text.trim().split(' ').length }))
"""
TRAIN = """
import { readFileSync, writeFileSync } from 'node:fs'
const base = process.env.SAGEMAKER_BASE_DIR
const { rounds } = JSON.parse(readFileSync(base + '/input/config/hyperparameters.json', 'utf8'))
for (let i = 1; i <= Number(rounds); i++) console.log('round=' + i + ' loss=' + 1 / i)
writeFileSync(base + '/model/model.json', '{}')
"""
CLUSTER = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}


class SageMaker(Case):
    @classmethod
    def setUpClass(cls):
        make_job_role()
        cls.sagemaker, cls.s3 = boto3.client("sagemaker"), boto3.client("s3")
        cls.bucket = f"interop-jobs-{uuid.uuid4().hex[:8]}"
        cls.s3.create_bucket(Bucket=cls.bucket)
        for key, text in {"code/count.mjs": PROCESS, "train/train.mjs": TRAIN, "in/words.txt": "a b c\n"}.items():
            cls.s3.put_object(Bucket=cls.bucket, Key=key, Body=text.encode())

    def processing(self, **more):
        def read(name, prefix):
            place = {"S3Uri": f"s3://{self.bucket}/{prefix}", "S3DataType": "S3Prefix", "S3InputMode": "File"}
            return {"InputName": name, "S3Input": {**place, "LocalPath": f"/opt/ml/processing/{name}"}}

        out = {"S3Uri": f"s3://{self.bucket}/out", "LocalPath": "/opt/ml/processing/out", "S3UploadMode": "EndOfJob"}
        return {
            "RoleArn": ROLE_ARN,
            "AppSpecification": {
                "ImageUri": IMAGE,
                "ContainerEntrypoint": ["node", "/opt/ml/processing/code/count.mjs"],
            },
            "ProcessingInputs": [read("code", "code/"), read("in", "in/")],
            "ProcessingOutputConfig": {"Outputs": [{"OutputName": "out", "S3Output": out}]},
            "ProcessingResources": {"ClusterConfig": CLUSTER},
            **more,
        }

    def wait(self, waiter, **name):
        self.sagemaker.get_waiter(waiter).wait(**name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})

    def test_a_processing_job(self):
        name = f"count-{uuid.uuid4().hex[:8]}"
        arn = self.sagemaker.create_processing_job(ProcessingJobName=name, **self.processing())["ProcessingJobArn"]
        self.wait("processing_job_completed_or_stopped", ProcessingJobName=name)
        job = self.sagemaker.describe_processing_job(ProcessingJobName=name)
        self.assertEqual((job["ProcessingJobArn"], job["ProcessingJobStatus"]), (arn, "Completed"))
        self.assertLessEqual(job["ProcessingStartTime"], job["ProcessingEndTime"])
        body = self.s3.get_object(Bucket=self.bucket, Key="out/count.json")["Body"]
        self.assertEqual(json.load(body), {"words": 3})
        listed = self.sagemaker.list_processing_jobs(NameContains=name)["ProcessingJobSummaries"]
        self.assertEqual([each["ProcessingJobName"] for each in listed], [name])
        events = until(
            lambda: boto3.client("logs").filter_log_events(
                logGroupName="/aws/sagemaker/ProcessingJobs", logStreamNamePrefix=f"{name}/"
            )["events"]
        )
        self.assertEqual(events[0]["message"], "words=3")
        again = self.processing()
        self.assert_error("ResourceInUse", self.sagemaker.create_processing_job, ProcessingJobName=name, **again)

    def test_a_training_job(self):
        name = f"train-{uuid.uuid4().hex[:8]}"
        self.sagemaker.create_training_job(
            TrainingJobName=name,
            RoleArn=ROLE_ARN,
            AlgorithmSpecification={
                "TrainingImage": IMAGE,
                "TrainingInputMode": "File",
                "MetricDefinitions": [{"Name": "loss", "Regex": "loss=([0-9.]+)"}],
            },
            HyperParameters={"sagemaker_program": "train.mjs", "rounds": "4"},
            InputDataConfig=[
                {
                    "ChannelName": "code",
                    "DataSource": {
                        "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{self.bucket}/train/"}
                    },
                }
            ],
            OutputDataConfig={"S3OutputPath": f"s3://{self.bucket}/models"},
            ResourceConfig=CLUSTER,
            StoppingCondition={"MaxRuntimeInSeconds": 60},
        )
        self.wait("training_job_completed_or_stopped", TrainingJobName=name)
        job = self.sagemaker.describe_training_job(TrainingJobName=name)
        self.assertEqual((job["TrainingJobStatus"], job["SecondaryStatus"]), ("Completed", "Completed"))
        self.assertEqual([(each["MetricName"], each["Value"]) for each in job["FinalMetricDataList"]], [("loss", 0.25)])
        uri = job["ModelArtifacts"]["S3ModelArtifacts"]
        self.assertEqual(uri, f"s3://{self.bucket}/models/{name}/output/model.tar.gz")
        self.s3.head_object(Bucket=self.bucket, Key=uri.removeprefix(f"s3://{self.bucket}/"))

    def test_a_tuning_job(self):
        name = f"tune-{uuid.uuid4().hex[:8]}"
        self.sagemaker.create_hyper_parameter_tuning_job(
            HyperParameterTuningJobName=name,
            HyperParameterTuningJobConfig={
                "Strategy": "Bayesian",
                "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "loss"},
                "ResourceLimits": {"MaxNumberOfTrainingJobs": 4, "MaxParallelTrainingJobs": 2},
                "ParameterRanges": {
                    "IntegerParameterRanges": [
                        {"Name": "rounds", "MinValue": "1", "MaxValue": "4", "ScalingType": "Linear"}
                    ]
                },
                "RandomSeed": 1,
            },
            TrainingJobDefinition={
                "RoleArn": ROLE_ARN,
                "AlgorithmSpecification": {
                    "TrainingImage": IMAGE,
                    "TrainingInputMode": "File",
                    "MetricDefinitions": [{"Name": "loss", "Regex": "loss=([0-9.]+)"}],
                },
                "StaticHyperParameters": {"sagemaker_program": "train.mjs"},
                "InputDataConfig": [
                    {
                        "ChannelName": "code",
                        "DataSource": {
                            "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{self.bucket}/train/"}
                        },
                    }
                ],
                "OutputDataConfig": {"S3OutputPath": f"s3://{self.bucket}/models"},
                "ResourceConfig": CLUSTER,
                "StoppingCondition": {"MaxRuntimeInSeconds": 60},
            },
        )
        look = lambda: self.sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
        until(lambda: look()["HyperParameterTuningJobStatus"] != "InProgress")
        job = look()
        self.assertEqual(job["HyperParameterTuningJobStatus"], "Completed")
        self.assertEqual(job["ObjectiveStatusCounters"], {"Succeeded": 4, "Pending": 0, "Failed": 0})
        # Four whole numbers, four jobs: each is tried once, and more rounds lose less.
        self.assertEqual(job["BestTrainingJob"]["TunedHyperParameters"], {"rounds": "4"})
        ranked = self.sagemaker.list_training_jobs_for_hyper_parameter_tuning_job(
            HyperParameterTuningJobName=name, SortBy="FinalObjectiveMetricValue", SortOrder="Ascending"
        )["TrainingJobSummaries"]
        self.assertEqual([each["TunedHyperParameters"]["rounds"] for each in ranked], ["4", "3", "2", "1"])
        self.sagemaker.delete_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
        error = self.assert_error(
            "ResourceNotFound", self.sagemaker.stop_hyper_parameter_tuning_job, HyperParameterTuningJobName=name
        )
        self.assertIn(name, error.response["Error"]["Message"])

    def test_a_pipeline(self):
        name = f"pipeline-{uuid.uuid4().hex[:8]}"
        definition = {
            "Version": "2020-12-01",
            "Parameters": [{"Name": "Least", "Type": "Integer", "DefaultValue": 1}],
            "Steps": [
                {
                    "Name": "Count",
                    "Type": "Processing",
                    "Arguments": self.processing(),
                    "PropertyFiles": [{"PropertyFileName": "Words", "OutputName": "out", "FilePath": "count.json"}],
                },
                {
                    "Name": "Enough",
                    "Type": "Condition",
                    "Arguments": {
                        "Conditions": [
                            {
                                "Type": "GreaterThanOrEqualTo",
                                "LeftValue": {
                                    "Std:JsonGet": {
                                        "PropertyFile": {"Get": "Steps.Count.PropertyFiles.Words"},
                                        "Path": "words",
                                    }
                                },
                                "RightValue": {"Get": "Parameters.Least"},
                            }
                        ],
                        "IfSteps": [],
                        "ElseSteps": [{"Name": "TooFew", "Type": "Fail", "Arguments": {"ErrorMessage": "too few"}}],
                    },
                },
            ],
        }
        create = lambda text: self.sagemaker.create_pipeline(
            PipelineName=name, RoleArn=ROLE_ARN, PipelineDefinition=text, ClientRequestToken=uuid.uuid4().hex
        )
        self.assert_error("ValidationException", create, json.dumps({"Version": "2020-12-01", "Steps": [{}]}))
        arn = create(json.dumps(definition))["PipelineArn"]
        described = self.sagemaker.describe_pipeline(PipelineName=name)
        self.assertEqual(json.loads(described["PipelineDefinition"]), definition)

        def run(**parameters):
            execution = self.sagemaker.start_pipeline_execution(
                PipelineName=name,
                PipelineParameters=[{"Name": key, "Value": value} for key, value in parameters.items()],
            )["PipelineExecutionArn"]
            self.assertTrue(execution.startswith(f"{arn}/execution/"))
            describe = lambda: self.sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution)
            until(lambda: describe()["PipelineExecutionStatus"] != "Executing")
            steps = self.sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=execution, SortOrder="Ascending")
            return describe(), {each["StepName"]: each for each in steps["PipelineExecutionSteps"]}

        execution, steps = run()
        self.assertEqual(execution["PipelineExecutionStatus"], "Succeeded")
        self.assertEqual({key: each["StepStatus"] for key, each in steps.items()}, dict.fromkeys(steps, "Succeeded"))
        self.assertEqual(steps["Enough"]["Metadata"]["Condition"]["Outcome"], "True")
        execution, steps = run(Least="9")
        self.assertEqual((execution["PipelineExecutionStatus"], steps["TooFew"]["StepStatus"]), ("Failed", "Failed"))
        self.assertIn("too few", steps["TooFew"]["FailureReason"])
        self.assert_error("ValidationException", run, Least="many")
        names = [each["PipelineName"] for each in self.sagemaker.list_pipelines()["PipelineSummaries"]]
        self.assertIn(name, names)

    def test_the_model_registry(self):
        group = f"group-{uuid.uuid4().hex[:8]}"
        self.sagemaker.create_model_package_group(ModelPackageGroupName=group, Tags=[{"Key": "a", "Value": "b"}])
        model = f"s3://{self.bucket}/models/x/model.tar.gz"
        self.s3.put_object(Bucket=self.bucket, Key="models/x/model.tar.gz", Body=b"x")
        arn = self.sagemaker.create_model_package(
            ModelPackageGroupName=group,
            ModelApprovalStatus="PendingManualApproval",
            InferenceSpecification={
                "Containers": [{"Image": IMAGE, "ModelDataUrl": model}],
                "SupportedContentTypes": ["application/json"],
                "SupportedResponseMIMETypes": ["application/json"],
            },
        )["ModelPackageArn"]
        self.assertTrue(arn.endswith(f"model-package/{group}/1"))
        self.sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
        listed = self.sagemaker.list_model_packages(ModelPackageGroupName=group)["ModelPackageSummaryList"]
        self.assertEqual([each["ModelApprovalStatus"] for each in listed], ["Approved"])
        group_arn = self.sagemaker.describe_model_package_group(ModelPackageGroupName=group)["ModelPackageGroupArn"]
        self.assertEqual(self.sagemaker.list_tags(ResourceArn=group_arn)["Tags"], [{"Key": "a", "Value": "b"}])

    def test_refusals(self):
        # SageMaker has two words for what is not there: one for jobs and endpoints, one for the rest.
        self.assert_error("ValidationException", self.sagemaker.describe_training_job, TrainingJobName="no")
        self.assert_error("ResourceNotFound", self.sagemaker.describe_pipeline, PipelineName="no")
        wrong, name = self.processing(), f"wrong-{uuid.uuid4().hex[:8]}"
        wrong["ProcessingInputs"][0]["S3Input"]["LocalPath"] = "/etc"
        self.assert_error("ValidationException", self.sagemaker.create_processing_job, ProcessingJobName=name, **wrong)
        unknown = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/nowhere:1"
        self.sagemaker.create_processing_job(
            ProcessingJobName=name, **self.processing(AppSpecification={"ImageUri": unknown})
        )
        with self.assertRaises(WaiterError):
            self.wait("processing_job_completed_or_stopped", ProcessingJobName=name)
        reason = self.sagemaker.describe_processing_job(ProcessingJobName=name)["FailureReason"]
        self.assertIn(f"Cannot find image {unknown}", reason)


class Messages(Case):
    def test_logs(self):
        logs, group = boto3.client("logs"), f"/interop/{uuid.uuid4().hex[:8]}"
        logs.create_log_group(logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName="s")
        now = int(time.time() * 1000)
        lines = [{"timestamp": now + i, "message": f"line {i}"} for i in range(5)]
        logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=lines)
        events = logs.get_log_events(logGroupName=group, logStreamName="s", startFromHead=True)["events"]
        self.assertEqual([each["message"] for each in events], [f"line {i}" for i in range(5)])
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=group, filterPattern='"line 3"', PaginationConfig={"PageSize": 2}
        )
        self.assertEqual([each["message"] for page in pages for each in page["events"]], ["line 3"])
        self.assert_error("ResourceAlreadyExistsException", logs.create_log_group, logGroupName=group)
        missing = {"logGroupName": "/no/such", "logStreamName": "s"}
        self.assert_error("ResourceNotFoundException", logs.get_log_events, **missing)

    def test_an_event_reaches_a_topic_and_the_outbox(self):
        events, sns, word = boto3.client("events"), boto3.client("sns"), uuid.uuid4().hex[:8]
        topic = sns.create_topic(Name=f"alerts-{word}")["TopicArn"]
        sns.set_topic_attributes(
            TopicArn=topic,
            AttributeName="Policy",
            AttributeValue=policy(
                {**allow("sns:Publish", topic), "Principal": {"Service": "events.amazonaws.com"}, "Sid": "events"}
            ),
        )
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="pilot@example.com")
        pattern = json.dumps({"source": ["interop"], "detail": {"word": [word]}})
        events.put_rule(Name=f"rule-{word}", EventPattern=pattern)
        failed = events.put_targets(Rule=f"rule-{word}", Targets=[{"Id": "topic", "Arn": topic}])
        self.assertEqual(failed["FailedEntryCount"], 0)
        entry = {"Source": "interop", "DetailType": "Test", "Detail": json.dumps({"word": word})}
        self.assertEqual(events.put_events(Entries=[entry])["FailedEntryCount"], 0)
        outbox = os.path.join(os.environ["SKYLOOP_HOME"], "outbox")

        def delivered():
            names = os.listdir(outbox) if os.path.isdir(outbox) else []
            return any(word in open(os.path.join(outbox, name), encoding="utf-8").read() for name in names)

        until(delivered)
        self.assert_error("ResourceNotFoundException", events.describe_rule, Name="no-such-rule")
        self.assert_error("NotFound", sns.publish, TopicArn=f"{topic}-no", Message="x")
        self.assert_error("InvalidEventPatternException", events.put_rule, Name="bad", EventPattern="[]")
