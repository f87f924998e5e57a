/** Commands that run, measure, export and verify a model. Read {@code ModelImages} first. */
package dev.spikelane.cli.run;
