package dev.infraevents.garm;

/**
 * The envelope of a frame and where its payload starts.
 *
 * @param entityType the server's word for the type of entity
 * @param operation the server's word for the operation
 * @param payload index of the first character of the payload
 * @param payloadByte the same in the UTF-8 form of the frame
 */
record FrameHead(String entityType, String operation, int payload, int payloadByte) {}
