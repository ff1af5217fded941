"""A server of the S3 protocol for tests, which looks at who may do what: `python s3_server.py` (PyPI's moto, see
`api/tests/s3_server_requirements.txt`).

It prints one line of JSON: its port, and the keys of four users, who may do in the bucket `backups`:
    production     PutObject and AbortMultipartUpload
    environment    GetObject, DeleteObject, ListBucket
    files          PutObject, GetObject, DeleteObject, AbortMultipartUpload, ListBucket
    tests          everything

From then on it answers each line of its standard input with one line: `state` with the names of all objects and of the
uploads in parts that are neither complete nor given up. It ends with its standard input.
"""

import json
import logging
import sys

import boto3
from moto import settings
from moto.core.authorization import ActionAuthenticatorMixin
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

BUCKET = "arn:aws:s3:::backups"
# It keeps what is removed.
VERSIONED = "arn:aws:s3:::versioned"
POLICIES = {
    "production": [
        {"Effect": "Allow", "Action": ["s3:PutObject", "s3:AbortMultipartUpload"], "Resource": BUCKET + "/*"},
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": BUCKET + "/*/fence/*"},
    ],
    "environment": [
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:DeleteObject"], "Resource": BUCKET + "/*"},
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": BUCKET + "/*/fence/*"},
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": BUCKET},
    ],
    "files": [
        {
            "Effect": "Allow",
            "Action": ["s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
            "Resource": [BUCKET + "/*", VERSIONED + "/*"],
        },
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": [BUCKET, VERSIONED]},
    ],
    "tests": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


def client(service: str, port: int, key: dict[str, str]):
    return boto3.client(
        service,
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id=key["id"],
        aws_secret_access_key=key["secret"],
    )


def make_users(port: int) -> dict[str, dict[str, str]]:
    nobody = {"id": "nobody", "secret": "nothing"}
    s3 = client("s3", port, nobody)
    s3.create_bucket(Bucket="backups")
    s3.create_bucket(Bucket="versioned")
    s3.put_bucket_versioning(Bucket="versioned", VersioningConfiguration={"Status": "Enabled"})
    iam = client("iam", port, nobody)
    keys = {}
    for user, statements in POLICIES.items():
        iam.create_user(UserName=user)
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_user_policy(UserName=user, PolicyName="backups", PolicyDocument=policy)
        key = iam.create_access_key(UserName=user)["AccessKey"]
        keys[user] = {"id": key["AccessKeyId"], "secret": key["SecretAccessKey"]}
    return keys


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    keys = make_users(port)
    # Until now everybody could do everything.
    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
    ActionAuthenticatorMixin.request_count = 0
    print(json.dumps({"port": port, **keys}), flush=True)
    s3 = client("s3", port, keys["tests"])
    for _ in sys.stdin:
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket="backups")
        names = [one["Key"] for page in pages for one in page.get("Contents", [])]
        uploads = s3.list_multipart_uploads(Bucket="backups").get("Uploads", [])
        begun = {one["UploadId"]: one["Key"] for one in uploads}
        print(json.dumps({"names": sorted(names), "uploads": begun}), flush=True)


if __name__ == "__main__":
    main()
