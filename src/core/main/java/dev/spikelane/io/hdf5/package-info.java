/** HDF5 files by jHDF, an optional library: groups, arrays of numbers and texts, bounded by the size of the file. */
package dev.spikelane.io.hdf5;
