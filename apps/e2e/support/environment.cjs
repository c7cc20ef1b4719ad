const { TestEnvironment } = require('jest-environment-node');

/** Says what the pages showed when a test failed: nobody can go and look at a machine of CI. */
module.exports = class extends TestEnvironment {
  async handleTestEvent({ name }) {
    if (name === 'test_fn_failure') await this.global.tellOfPages?.();
  }
};
