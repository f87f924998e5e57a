/**
 * Chooses which variant of a kernel serves. Every variant gives the same bits, so the choice changes only the time.
 *
 * <p>A call site has one {@link dev.spikelane.choose.StageChoice}. It describes a stage, and gives the cost of each
 * variant from {@link dev.spikelane.choose.CostConstants}. {@link dev.spikelane.choose.Chooser} returns the variant;
 * during warm-up it measures the variants and corrects their costs. Not exported.
 */
package dev.spikelane.choose;
