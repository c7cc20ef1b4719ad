import { WsAdapter } from '@nestjs/platform-ws';
import type { WebSocketServer } from 'ws';

/**
 * Plain sockets without Nest's routing of messages: the gateway listens itself, because its frames have acknowledgements of their
 * own. Nest's would hold RxJS subscriptions for every connection, and parse every frame once more to find no handler for it.
 */
export class PlainWsAdapter extends WsAdapter {
  override bindMessageHandlers(): void {}

  override bindClientDisconnect(): void {}

  /** Of the server alone: a connection's errors are the gateway's. */
  override bindErrorHandler(server: WebSocketServer): WebSocketServer {
    return server.on('error', (error) => this.logger.error(error));
  }
}
