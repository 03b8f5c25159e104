"""The AWS CLI against the engine."""

import json
import os
import subprocess
import tempfile
import unittest
import uuid
from pathlib import Path

import boto3


def aws(*args: str) -> subprocess.CompletedProcess:
    return subprocess.run(["aws", *args], capture_output=True, text=True, check=False)


class AwsCli(unittest.TestCase):
    def setUp(self):
        self.bucket = f"cli-{uuid.uuid4().hex[:8]}"
        boto3.client("s3").create_bucket(Bucket=self.bucket)
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def ok(self, *args: str) -> str:
        done = aws(*args)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def test_copies_lists_and_synchronises(self):
        body = os.urandom(9 * 1024 * 1024)
        source, target = self.folder / "source", self.folder / "target"
        (source / "sub").mkdir(parents=True)
        (source / "large.bin").write_bytes(body)
        (source / "sub" / "small ü.txt").write_text("small")
        self.ok("s3", "cp", "--quiet", str(source / "large.bin"), f"s3://{self.bucket}/one/large.bin")
        self.ok("s3", "sync", "--quiet", str(source), f"s3://{self.bucket}/all")
        listed = self.ok("s3", "ls", "--recursive", f"s3://{self.bucket}/all/")
        self.assertEqual([line.split(None, 3)[2:] for line in listed.splitlines()], [
            [str(len(body)), "all/large.bin"],
            ["5", "all/sub/small ü.txt"],
        ])
        self.ok("s3", "sync", "--quiet", f"s3://{self.bucket}/all", str(target))
        self.assertEqual((target / "large.bin").read_bytes(), body)
        # Nothing has changed: nothing is copied again.
        self.assertEqual(self.ok("s3", "sync", str(source), f"s3://{self.bucket}/all"), "")

    def test_lists_pipelines_and_shows_refusals(self):
        self.assertIn("PipelineSummaries", json.loads(self.ok("sagemaker", "list-pipelines", "--output", "json")))
        missing = aws("sagemaker", "describe-pipeline", "--pipeline-name", "no-such-pipeline")
        self.assertNotEqual(missing.returncode, 0)
        self.assertIn("(ResourceNotFound)", missing.stderr)
