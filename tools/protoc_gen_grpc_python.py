"""A protoc plugin on stdin and stdout that runs the gRPC Python generator compiled into grpcio-tools.

buf knows protoc's own built-ins (python, pyi) but not grpc_python, and grpcio-tools ships it only inside its protoc;
this adapter lets buf use it like any other local plugin.
"""

import sys
import tempfile
from pathlib import Path

from google.protobuf import descriptor_pb2
from google.protobuf.compiler import plugin_pb2
from grpc_tools import protoc


def main() -> int:
    """Answer the one request on stdin; a generator's failure is told to buf, which names the plugin."""
    request = plugin_pb2.CodeGeneratorRequest.FromString(sys.stdin.buffer.read())
    sys.stdout.buffer.write(generate(request).SerializeToString())
    return 0


def generate(request: plugin_pb2.CodeGeneratorRequest) -> plugin_pb2.CodeGeneratorResponse:
    """Return one `_pb2_grpc.py` for each requested file that has a service."""
    response = plugin_pb2.CodeGeneratorResponse(
        supported_features=plugin_pb2.CodeGeneratorResponse.FEATURE_PROTO3_OPTIONAL
    )
    with_services = {file.name for file in request.proto_file if file.service}
    names = [name for name in request.file_to_generate if name in with_services]
    if not names:
        # protoc refuses to run without an input.
        return response
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder, "image.binpb")
        image.write_bytes(descriptor_pb2.FileDescriptorSet(file=request.proto_file).SerializeToString())
        out = Path(folder, "out")
        out.mkdir()
        target = f"{request.parameter}:{out}" if request.parameter else str(out)
        status = protoc.main(["protoc", f"--descriptor_set_in={image}", f"--grpc_python_out={target}", *names])
        if status:
            response.error = f"grpc_tools.protoc exited with {status}"
            return response
        for path in sorted(out.rglob("*.py")):
            response.file.add(name=path.relative_to(out).as_posix(), content=path.read_text("utf-8"))
    return response


if __name__ == "__main__":
    sys.exit(main())
