# An image of many layers that sets all that an image can set. The context has
# bin/busybox.
FROM scratch
ADD bin /bin
ENV PATH=/bin GREETING=hello EMPTY= NAME=base
SHELL ["/bin/busybox", "sh", "-ec"]
RUN for name in sh cat ls echo test id; do busybox ln -s busybox /bin/$name; done
RUN echo old > /changed; echo gone > /gone; echo kept > /kept
RUN busybox rm /gone; echo new > /changed; busybox mkdir -p /srv; busybox chown 1000:1000 /srv
LABEL maintainer=base shared=base
EXPOSE 80/tcp 53/udp
STOPSIGNAL SIGINT
VOLUME /data
HEALTHCHECK --interval=30s --timeout=3s --retries=2 CMD ["test", "-e", "/kept"]
ONBUILD WORKDIR /srv
USER 1000:1000
WORKDIR /srv
ENV NAME=middle
ENTRYPOINT ["echo", "entry"]
CMD ["cmd"]
