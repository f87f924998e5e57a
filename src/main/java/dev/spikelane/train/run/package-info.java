/** Runs over data: where they stand, their checkpoints and histories, and what evaluations add up. */
package dev.spikelane.train.run;
