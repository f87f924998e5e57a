/**
 * Runs over data: their progress ({@link dev.spikelane.train.run.RunState}), their
 * {@linkplain dev.spikelane.train.run.Checkpoint checkpoints} and histories, and sums of evaluations. Start with
 * {@link dev.spikelane.train.run.LearnedValues}.
 */
package dev.spikelane.train.run;
