// The service as `sls package` compiles it.
export * from "../deploy/packaged-service";
