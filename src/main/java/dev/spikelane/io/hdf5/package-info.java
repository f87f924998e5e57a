/** HDF5 files by jHDF, an optional library: groups, arrays of numbers and texts, bounded by what a file holds. */
package dev.spikelane.io.hdf5;
