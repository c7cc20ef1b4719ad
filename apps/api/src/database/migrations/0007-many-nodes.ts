import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The rows of nodes that are gone can be deleted: an ended generation names the node that ended it, and needs no row of it.
 * That a running one has its node's row is kept by who deletes.
 */
export class ManyNodes1700000000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE generation DROP CONSTRAINT generation_node_id_fkey');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE generation ADD CONSTRAINT generation_node_id_fkey FOREIGN KEY (node_id) REFERENCES node NOT VALID',
    );
  }
}
