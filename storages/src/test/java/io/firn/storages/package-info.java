/** Tables on HDFS and on S3, written, read, crashed and recovered against real servers. */
package io.firn.storages;
