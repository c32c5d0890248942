# `make install`: the program, the pages, the documentation; deploy/post-install adds the systemd unit.
include(GNUInstallDirs)
if(TARGET lintel)
  install(TARGETS lintel RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  # The pieces of the pages are named by what is in them: those of the version before would stay for ever, in the memory of
  # every station, until they are more than it takes and it does not start.
  install(CODE "file(REMOVE_RECURSE \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}/lintel/web\")")
  install(DIRECTORY ${CMAKE_SOURCE_DIR}/web/dist/ DESTINATION ${CMAKE_INSTALL_DATADIR}/lintel/web PATTERN ".built" EXCLUDE)
  foreach(document installer resident integrator settings)
    install(FILES ${CMAKE_SOURCE_DIR}/docs/${document}.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
  endforeach()
  install(FILES ${CMAKE_SOURCE_DIR}/deploy/lintel.sysusers DESTINATION lib/sysusers.d RENAME lintel.conf)
endif()
