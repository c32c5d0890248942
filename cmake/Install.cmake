# `make install`: the program, the pages, the systemd unit.
include(GNUInstallDirs)
if(TARGET lintel)
  install(TARGETS lintel RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  install(DIRECTORY ${CMAKE_SOURCE_DIR}/web/dist/ DESTINATION ${CMAKE_INSTALL_DATADIR}/lintel/web PATTERN ".built" EXCLUDE)
  install(FILES ${CMAKE_SOURCE_DIR}/deploy/lintel.sysusers DESTINATION lib/sysusers.d RENAME lintel.conf)
endif()
