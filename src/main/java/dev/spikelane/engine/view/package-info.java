/** Rows of a longer matrix as matrices of their own: those of a step, or of some samples. */
package dev.spikelane.engine.view;
