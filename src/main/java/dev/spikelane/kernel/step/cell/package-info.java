/**
 * Steps of neurons that charge in a way of their own and then fire as leaky ones do: cells with gates,
 * {@link dev.spikelane.kernel.step.cell.LstmStep}, and windows of the newest inputs,
 * {@link dev.spikelane.kernel.step.cell.WindowStep}.
 */
package dev.spikelane.kernel.step.cell;
