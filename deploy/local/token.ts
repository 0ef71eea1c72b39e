// `npm run --silent token`: prints a token of the running local target, for scripts.
import { Command, Option } from "commander";
import { runCommand } from "../command";
import { readTarget, stateOf } from "./state";
import { issueToken, SCOPES, TOKEN_CLIENTS, type TokenRequest } from "./tokens";

const command = new Command("token")
  .description("Prints an access token of the running local target.")
  .addOption(new Option("--client <client>", "whose token").choices(TOKEN_CLIENTS).default("machine"))
  .addOption(new Option("--scope <scope>", "a token with this scope only, instead of both").choices(SCOPES))
  .option("--no-scope", "a token without the API's scopes")
  .action(async (request: TokenRequest) => {
    console.log(await issueToken(readTarget(stateOf()), request));
  });

void runCommand(() => command.parseAsync());
