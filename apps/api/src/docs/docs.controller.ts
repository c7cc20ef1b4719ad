import { Controller, Get, Header } from '@nestjs/common';
import { Public } from '../common/identity.ts';
import { type OpenApi, openApi } from './openapi.ts';
import { READER_POLICY, readerPage } from './reader.ts';

@Public()
@Controller('api')
export class DocsController {
  private readonly document = openApi();

  @Get('v1/openapi.json')
  openApi(): OpenApi {
    return this.document;
  }

  @Get('docs')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', READER_POLICY)
  reader(): string {
    return readerPage(this.document);
  }
}
