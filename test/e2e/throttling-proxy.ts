// Stands in front of the emulated AWS and throttles CloudFormation as AWS does: two of three calls are refused.
import { once } from "node:events";
import { createServer } from "node:http";
import { forwardTo } from "../../deploy/local/forward";
import { portOf } from "../../deploy/local/ports";

/** As CloudFormation, whose API answers in XML, words it. */
const THROTTLED =
  '<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>Throttling</Code>' +
  "<Message>Rate exceeded</Message></Error><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ErrorResponse>";

export class ThrottlingProxy {
  /** How many calls were refused. */
  refused = 0;
  private calls = 0;
  private readonly server;

  constructor(awsUrl: string) {
    const forward = forwardTo(awsUrl);
    this.server = createServer((request, response) => {
      const isCloudFormation = request.headers.authorization?.includes("/cloudformation/aws4_request") === true;
      if (isCloudFormation) this.calls += 1;
      if (!isCloudFormation || this.calls % 3 === 0) {
        forward(request, response);
        return;
      }
      this.refused += 1;
      request.resume();
      response.writeHead(400, { "content-type": "text/xml" }).end(THROTTLED);
    });
  }

  async start(): Promise<string> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    return `http://127.0.0.1:${portOf(this.server)}`;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
