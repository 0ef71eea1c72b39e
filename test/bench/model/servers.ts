// The servers that are compared: Serin's own, and its peers, each as its documentation has it for a machine of few CPUs.
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { freePort } from "../../../deploy/local/ports";
import { PYTHON } from "../../../deploy/python-env";
import { ROOT } from "../../../deploy/root";
import type { Launch } from "./children";

const MODEL_CODE = path.join(ROOT, "model");
const PEERS = path.join(__dirname, "peers");
const BATCH = 8; // what was fastest for texts of mixed lengths on two CPUs

/** Where a server runs. */
export interface Place {
  readonly port: number;
  /** An empty folder of its own. */
  readonly folder: string;
  readonly modelDir: string;
  /** The `bin` of its environment. */
  readonly bin: string;
}

/** How to run one server. */
export interface Server {
  readonly name: string;
  readonly title: string;
  readonly path: string;
  /** What differs from the configuration that its title promises. */
  readonly note?: string;
  /** A request's body. */
  body(text: string): object;
  launch(place: Place): Launch | Promise<Launch>;
}

/** Serin's own server. */
export const SERIN: Server = {
  name: "serin",
  title: "Serin",
  path: "/invocations",
  body: (text) => ({ text }),
  launch: ({ port, modelDir }) => ({
    command: PYTHON,
    args: ["-m", "serving", "--model-dir", modelDir, "--port", String(port), "--exit-with-parent"],
    env: { PYTHONPATH: MODEL_CODE },
  }),
};

const bentoml: Server = {
  name: "bentoml",
  title: "BentoML 1.4.39, direct batch API",
  path: "/invocations",
  body: (text) => ({ texts: [text] }),
  launch: ({ port, modelDir, folder, bin }) => ({
    command: path.join(bin, "bentoml"),
    args: ["serve", "service:Sentiment", "--host", "127.0.0.1", "--port", String(port)],
    cwd: path.join(PEERS, "bentoml"),
    env: {
      PYTHONPATH: MODEL_CODE,
      PYTHONDONTWRITEBYTECODE: "1",
      MODEL_DIR: modelDir,
      BENTOML_HOME: folder,
      BENTOML_DO_NOT_TRACK: "True",
    },
  }),
};

const mlserver: Server = {
  name: "mlserver",
  title: "MLServer 1.7.1, adaptive batching",
  path: "/v2/models/sentiment/infer",
  body: (text) => ({ inputs: [{ name: "text", shape: [1], datatype: "BYTES", data: [text] }] }),
  launch: async ({ port, modelDir, folder, bin }) => {
    const write = (name: string, settings: object) => writeFileSync(path.join(folder, name), JSON.stringify(settings));
    write("settings.json", {
      host: "127.0.0.1",
      http_port: port,
      grpc_port: await freePort(),
      metrics_port: await freePort(),
      parallel_workers: availableParallelism(),
      debug: false, // it logs each request
    });
    write("model-settings.json", {
      name: "sentiment",
      implementation: "runtime.SentimentRuntime",
      max_batch_size: BATCH,
      max_batch_time: 0.001,
      parameters: { uri: modelDir },
    });
    const code = [MODEL_CODE, path.join(PEERS, "mlserver")].join(path.delimiter);
    return { command: path.join(bin, "mlserver"), args: ["start", folder], cwd: folder, env: { PYTHONPATH: code } };
  },
};

const litserve: Server = {
  name: "litserve",
  title: "LitServe 0.2.19, batching",
  path: "/invocations",
  body: (text) => ({ text }),
  launch: ({ port, modelDir, folder, bin }) => ({
    command: path.join(bin, "python"),
    args: [path.join(PEERS, "litserve", "server.py"), String(port)],
    cwd: folder,
    env: { PYTHONPATH: MODEL_CODE, MODEL_DIR: modelDir },
  }),
};

/** @param hasNginx - Whether there is an nginx to put in front of gunicorn, as in the container. */
function sagemaker(hasNginx: boolean): Server {
  const proxy = hasNginx ? "nginx, " : "";
  return {
    name: "sagemaker",
    title: `SageMaker's scikit-learn stack (${proxy}gunicorn, gevent, Flask)`,
    path: "/invocations",
    ...(hasNginx ? {} : { note: "nginx is not on the PATH: gunicorn answers alone" }),
    body: (text) => ({ text }),
    launch: ({ port, modelDir, folder, bin }) => {
      mkdirSync(path.join(folder, "code"));
      symlinkSync(modelDir, path.join(folder, "model"));
      return {
        command: path.join(bin, "python"),
        args: [path.join(PEERS, "sagemaker", "serve.py")],
        cwd: folder,
        env: {
          PATH: [bin, process.env["PATH"]].join(path.delimiter),
          PYTHONPATH: [MODEL_CODE, path.join(PEERS, "sagemaker")].join(path.delimiter),
          PYTHONDONTWRITEBYTECODE: "1",
          SAGEMAKER_BASE_DIR: folder,
          SAGEMAKER_BIND_TO_PORT: String(port),
          SAGEMAKER_USE_NGINX: String(hasNginx),
        },
      };
    },
  };
}

/** Every peer. */
export function peers(hasNginx: boolean): readonly Server[] {
  return [bentoml, mlserver, litserve, sagemaker(hasNginx)];
}
