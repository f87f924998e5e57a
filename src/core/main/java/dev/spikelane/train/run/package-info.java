/** Runs over data: where they stand, their checkpoints and histories, and the sums of evaluations. */
package dev.spikelane.train.run;
