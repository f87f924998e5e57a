/** Commands that run, measure and export a model. */
package dev.spikelane.cli.run;
